package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
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

  /**
   * The docker command looks at the answer of its wait only, once the container has ended; so that
   * is where it is told, and where its exit code comes from.
   */
  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  @Tag("acceptance")
  void aClientThatReadsNothingIsCutOffAndHindersNobody(String command) {
    Command run =
        docker.shell(
            "e=$(mktemp); (NAME run --name big-NAME busybox head -c 100000000 /dev/zero 2>$e; echo code $?)"
                    .replace("NAME", command)
                + " | (sleep 30 & until docker inspect big-NAME 2>&1 | grep -o '\"exited\"'; do sleep 0.2; done; wait; tail -c 9)"
                    .replace("NAME", command)
                + "; cat $e; rm $e");
    assertThat(run.stdout())
        .startsWith("\"exited\"\n")
        .containsPattern("code (1|125)\n")
        .contains("cut off: more than 8 MiB behind, and nothing read for 10 s");
    assertThat(docker.shell("docker logs big-" + command + " | wc -c").stdout().strip())
        .isEqualTo("100000000");
  }

  /** Who waits before the start is told the end when the early clients are done with the output. */
  @Test
  void aClientThatIsFarBehindKeepsNobodyElseWaiting() throws Exception {
    String script = "read x; head -c 60000000 /dev/zero; exit 3";
    String id = docker.output("create", "-i", "busybox", "sh", "-c", script);
    try (var early = new RawClient(docker.socket())) {
      try (var behind = new RawClient(docker.socket())) {
        behind.send(
            "POST /containers/%s/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
                .formatted(id));
        assertThat(behind.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        early.send(
            "POST /containers/%s/wait?condition=next-exit HTTP/1.1\r\nHost: x\r\n\r\n"
                .formatted(id));
        assertThat(early.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        docker.output("start", id);
        behind.send("go\n");
        assertThat(docker.output("wait", id)).isEqualTo("3");
      }
      assertThat(early.readUntil("}")).endsWith("{\"StatusCode\":3,\"Error\":null}");
    }
  }

  /**
   * What was written before comes first, then what is written from now on; with an upgrade and
   * without one (the 200 form), which looks the same to the end.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "logs=1&stream=1&stdin=1&stdout=1&stderr=1 | out old,err bad,out new",
        "logs=1&stream=1&stdin=1&stdout=1 | out old,out new",
        "logs=1&stream=1&stdin=1&stderr=1 | err bad",
        "stream=1&stdin=1&stdout=1&stderr=1 | out new",
        "logs=1&stdout=1&stderr=1 | out old,err bad",
      })
  void attachReplaysTheLogAndGoesOn(String query, String expected) throws Exception {
    Map<String, String> heads =
        Map.of(
            "Connection: Upgrade\r\nUpgrade: tcp\r\n",
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n",
            "",
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n");
    for (var head : heads.entrySet()) {
      String script = "echo old; echo bad >&2; read x; echo $x";
      String id = docker.output("run", "-d", "-i", "busybox", "sh", "-c", script);
      Awaitility.await()
          .until(
              () -> docker.shell("docker logs " + id + " 2>&1 | wc -l").stdout().strip(),
              "2"::equals);
      try (var client = new RawClient(docker.socket())) {
        client.send(
            "POST /containers/%s/attach?%s HTTP/1.1\r\nHost: x\r\n%s\r\n"
                .formatted(id, query, head.getKey()));
        assertThat(client.readUntil("\r\n\r\n")).startsWith(head.getValue());
        client.send("new\n");
        assertThat(frames(client.readAll())).isEqualTo(expected);
      }
    }
  }

  /** Each frame's stream and text, without its line end. */
  private static String frames(String bytes) {
    var words = new ArrayList<String>();
    for (int at = 0; at < bytes.length(); at += 8 + bytes.charAt(at + 7)) {
      String text = bytes.substring(at + 8, at + 8 + bytes.charAt(at + 7)).strip();
      words.add((bytes.charAt(at) == 1 ? "out " : "err ") + text);
    }
    return String.join(",", words);
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
