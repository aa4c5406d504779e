package io.fairlead.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class StatsTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("stats");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @AfterEach
  void nothingIsLeft() {
    engine.containers().list().forEach(each -> engine.containers().remove(each.id(), true));
    engine.assertNothingLeft();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private JsonNode stats(String container, String query) throws IOException {
    String answer;
    try (var client = new RawClient(docker.socket())) {
      client.send(
          "GET /containers/%s/stats?%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
              .formatted(container, query));
      answer = client.readAll();
    }
    assertThat(answer).startsWith("HTTP/1.1 200");
    return Json.any(answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(UTF_8));
  }

  @Test
  void aBusyContainerIsMeasured() throws IOException {
    docker
        .shell(
            "docker run -d --name busy -m 64m --pids-limit 40 busybox sh -c 'while :; do :; done'")
        .succeeded();

    JsonNode stats = stats("busy", "stream=false");

    assertThat(stats.path("name").asString()).isEqualTo("/busy");
    assertThat(stats.at("/cpu_stats/cpu_usage/total_usage").asLong())
        .isGreaterThan(stats.at("/precpu_stats/cpu_usage/total_usage").asLong());
    assertThat(stats.at("/cpu_stats/system_cpu_usage").asLong())
        .isGreaterThan(stats.at("/precpu_stats/system_cpu_usage").asLong());
    assertThat(stats.at("/cpu_stats/online_cpus").asInt())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(stats.at("/memory_stats/limit").asLong()).isEqualTo(64 << 20);
    assertThat(stats.at("/memory_stats/usage").asLong()).isPositive();
    assertThat(stats.at("/pids_stats/current").asInt()).isEqualTo(1);
    assertThat(stats.at("/pids_stats/limit").asInt()).isEqualTo(40);
    assertThat(docker.output("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "busy"))
        .isEqualTo("busy 1");
    assertThat(docker.output("stats", "--no-stream", "--format", "{{.MemUsage}}", "busy"))
        .endsWith("/ 64MiB");
  }

  @Test
  void whatGoesThroughTheNetworkIsCounted() throws IOException {
    docker.shell("docker run -d --name net busybox sleep 1000").succeeded();
    long before = stats("net", "stream=0&one-shot=1").at("/networks/eth0/tx_packets").asLong();

    docker.shell("docker exec net ping -c 5 -i 0.01 172.17.0.1").succeeded();

    JsonNode after = stats("net", "stream=0&one-shot=1");
    assertThat(after.at("/networks/eth0/tx_packets").asLong()).isGreaterThanOrEqualTo(before + 5);
    assertThat(after.at("/networks/eth0/rx_bytes").asLong()).isPositive();
    assertThat(after.path("preread").asString()).isEqualTo(Json.NEVER);
  }

  @Test
  void aStreamEndsWithTheContainer() throws IOException {
    docker.shell("docker run -d --name live busybox sleep 1000").succeeded();
    try (var client = new RawClient(docker.socket())) {
      client.send("GET /containers/live/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      client.readUntil("\"networks\"");
      client.readUntil("\"preread\":\"2");
      docker.shell("docker rm -f live").succeeded();
      assertThat(client.readAll()).endsWith("0\r\n\r\n");
    }
  }

  @Test
  void whatDoesNotRunUsesNothing() throws IOException {
    docker.shell("docker create --name resting busybox true").succeeded();

    JsonNode stats = stats("resting", "stream=false");

    assertThat(stats.at("/cpu_stats/cpu_usage/total_usage").asLong()).isZero();
    assertThat(stats.path("read").asString()).isEqualTo(Json.NEVER);
    assertThat(docker.run("stats", "--no-stream", "nobody").stderr())
        .contains("No such container: nobody");
  }
}
