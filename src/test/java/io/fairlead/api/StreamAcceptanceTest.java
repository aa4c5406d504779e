package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Much output and input, many clients, slow ones, and logs by time. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(180)
class StreamAcceptanceTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("streams");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  void hundredMegabytesComeBackAsTheyWere(String command) {
    Command both =
        docker.shell(
            "set -e; f=$(mktemp); head -c 100000000 /dev/urandom > $f; "
                + command
                + " run --rm -i busybox cat < $f | cmp - $f && echo same; rm $f");
    assertThat(both.stdout()).isEqualTo("same\n");
  }

  @Test
  void aClientThatReadsLateGetsAllOfAContainerThatIsGone() {
    Command late =
        docker.shell("docker run --rm busybox head -c 60000000 /dev/zero | (sleep 4; wc -c)");
    assertThat(late.stdout().strip()).isEqualTo("60000000");
  }

  @Test
  @Tag("acceptance")
  void aClientThatReadsNothingIsCutOffAndHindersNobody() {
    Command run =
        docker.shell(
            "(docker run --name big busybox head -c 100000000 /dev/zero 2>&1; echo code $?)"
                + " | (sleep 15; docker inspect -f '{{.State.Status}}' big; sleep 15; tail -c 200)");
    assertThat(run.stdout()).startsWith("exited\n").contains("cut off: this client was");
    assertThat(run.stdout()).containsPattern("code [1-9]");
    assertThat(docker.shell("docker logs big | wc -c").stdout().strip()).isEqualTo("100000000");
  }

  @Test
  void hundredClientsSeeTheSame() throws Exception {
    String id =
        docker.output("run", "-d", "-i", "busybox", "sh", "-c", "read x; seq 1 50000; read y");
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      var client = new RawClient(docker.socket());
      client.send(
          "POST /containers/%s/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
              .formatted(id));
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      clients.add(client);
    }
    clients.get(42).send("go\n");
    assertThat(clients.getFirst().readUntil("50000\n")).endsWith("50000\n");
    clients.getFirst().send("stop\n");
    for (var client : clients.subList(1, 100)) {
      String text = client.readAll();
      assertThat(text).endsWith("50000\n").contains("1\n2\n3\n");
      client.close();
    }
    clients.getFirst().close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "logs timed | 1 2 3 4",
        "logs --since $t2 timed | 2 3 4",
        "logs --until $t2 timed | 1 2",
        "logs --since $t2 --until $t3 timed | 2 3",
        "logs --since $t2 --tail 1 timed | 4",
        "logs --until $t3 --tail 2 timed | 3",
        "logs --tail 0 timed | ''",
        "logs --tail 9 timed | 1 2 3 4",
        "logs --since 1h timed | 1 2 3 4",
        "logs --until 1h timed | ''",
        "logs -f --since $t3 timed | 3 4",
      })
  void logsAreChosenByTime(String line, String expected) {
    if (docker.run("inspect", "timed").exitCode() != 0) {
      docker.output(
          "run",
          "--name",
          "timed",
          "busybox",
          "sh",
          "-c",
          "for i in 1 2 3 4; do echo $i; sleep 0.2; done");
    }
    String times =
        "t2=$(docker logs -t timed | sed -n '2s/ .*//p');"
            + " t3=$(docker logs -t timed | sed -n '3s/ .*//p'); ";
    for (String command : List.of("docker ", "fairlead ")) {
      assertThat(docker.shell(times + command + line).succeeded().stdout().replace('\n', ' '))
          .as(command)
          .isEqualToIgnoringWhitespace(expected);
    }
  }
}
