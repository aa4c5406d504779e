package io.fairlead.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What an answer has, or a request may say, from one version of the API on, or up to one. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class VersionGatesTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("gates");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
    docker.output("create", "--name", "made", "busybox");
    docker.output("run", "-d", "--name", "runs", "busybox", "sleep", "1000");
    docker.shell("cd / && tar -c etc/hostname | docker import -m nameless -").succeeded();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private record Answer(int status, String head, String body) {
    JsonNode json() {
      return Json.any(body.getBytes(UTF_8));
    }

    String header(String name) {
      return head.lines()
          .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  private Answer ask(String version, String request) throws IOException {
    String[] words = request.split(" ", 2);
    String prefix = version.isEmpty() ? "" : "/v" + version;
    String text =
        RawClient.ask(
            docker.socket(),
            "%s %s%s HTTP/1.0\r\nHost: x\r\n\r\n".formatted(words[0], prefix, words[1]));
    int blank = text.indexOf("\r\n\r\n");
    assertThat(blank).as(text).isPositive();
    return new Answer(
        Integer.parseInt(text.substring(9, 12)),
        text.substring(0, blank),
        text.substring(blank + 4));
  }

  static IntStream spoken() {
    return IntStream.rangeClosed(24, 51);
  }

  @ParameterizedTest
  @MethodSource("spoken")
  void everyVersionFromTheOldestToTheNewestIsServed(int minor) throws IOException {
    Answer answer = ask("1." + minor, "GET /_ping");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("api-version")).isEqualTo("1.51");
    assertThat(ask("1." + minor, "GET /containers/json?all=1").json()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.23 | client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version
          1.52 | client version 1.52 is too new. Maximum supported API version is 1.51
          2.0  | client version 2.0 is too new. Maximum supported API version is 1.51
          """)
  void othersAreRefusedInDockersWords(String version, String message) throws IOException {
    Answer answer = ask(version, "GET /version");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("message").asString()).isEqualTo(message);
  }

  /** The last version before, and the first with it; "absent" where there is no such field. */
  @ParameterizedTest(name = "1.{0}: {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          42 | GET /images/json?shared-size=1&filters={"reference":["busybox"]} | /0/SharedSize | -1 | 0
          43 | GET /images/json?filters={"dangling":["true"]}      | /0/RepoTags/0    | <none>:<none> | absent
          44 | GET /images/json?filters={"reference":["busybox"]}  | /0/VirtualSize   | present | absent
          44 | GET /images/busybox/json                            | /VirtualSize     | present | absent
          49 | GET /info                                           | /FirewallBackend/Driver | absent | nftables
          50 | GET /images/busybox/json                            | /Config/Hostname | present | absent
          50 | GET /images/busybox/json                            | /Config/Tty      | false   | absent
          51 | GET /images/json?filters={"reference":["busybox"]}  | /0/Containers    | -1      | 2
          """)
  void anAnswersFieldComesOrGoes(
      int minor, String request, String pointer, String before, String since) throws IOException {
    String target = request.replace("{", "%7B").replace("}", "%7D").replace("\"", "%22");
    assertThat(shown(ask("1." + (minor - 1), target).json().at(pointer), before)).isEqualTo(before);
    assertThat(shown(ask("1." + minor, target).json().at(pointer), since)).isEqualTo(since);
    assertThat(shown(ask("", target).json().at(pointer), since)).isEqualTo(since);
  }

  private static String shown(JsonNode node, String expected) {
    if (node.isMissingNode()) {
      return "absent";
    }
    return expected.equals("present") ? "present" : node.asString();
  }

  @ParameterizedTest(name = "1.{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          30 | POST /containers/made/wait?condition=soon                | 200 | 400
          41 | POST /containers/create?platform=plan9/mips              | 400 | 501
          48 | GET /images/busybox/history?platform=plan9/mips          | 200 | 404
          48 | GET /images/busybox/get?platform=plan9/mips              | 200 | 404
          48 | POST /images/load?platform=plan9/mips                    | 400 | 404
          49 | GET /images/busybox/json?platform=plan9/mips             | 200 | 404
          49 | GET /images/busybox/json?platform=linux&manifests=1      | 200 | 400
          50 | DELETE /images/busybox?platforms=plan9/mips              | 409 | 404
          """)
  void aParameterIsLookedAt(int minor, String request, int before, int since) throws IOException {
    assertThat(ask("1." + (minor - 1), request).status()).isEqualTo(before);
    assertThat(ask("1." + minor, request).status()).isEqualTo(since);
  }

  @ParameterizedTest
  @CsvSource({
    "1.24, application/vnd.docker.raw-stream",
    "1.41, application/vnd.docker.raw-stream",
    "1.42, application/vnd.docker.multiplexed-stream",
    "1.51, application/vnd.docker.multiplexed-stream",
    "'', application/vnd.docker.multiplexed-stream"
  })
  void logsAreSaidToBeMultiplexedFromVersion42On(String version, String type) throws IOException {
    assertThat(ask(version, "GET /containers/runs/logs?stdout=1").header("content-type"))
        .isEqualTo(type);
  }

  @Test
  void aStopTakesASignalFromVersion42On() throws IOException {
    docker.output("run", "-d", "--name", "stopped", "busybox", "sleep", "1000");
    assertThat(ask("1.42", "POST /containers/stopped/stop?signal=NONSENSE").status())
        .isEqualTo(400);
    assertThat(ask("1.41", "POST /containers/stopped/stop?signal=NONSENSE&t=0").status())
        .isEqualTo(204);
    docker.output("rm", "stopped");
  }

  @Test
  void aNameIsAskedForByItsOwnParameterBeforeVersion41() throws IOException {
    assertThat(ask("1.40", "GET /images/json?filter=nosuch").json()).isEmpty();
    assertThat(ask("1.40", "GET /images/json?filter=busybox").json()).hasSize(1);
    assertThat(ask("1.41", "GET /images/json?filter=nosuch").json()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"1.24", "1.44", "1.51"})
  void theDefaultBridgesEndpointIsFlatToo(String version) throws IOException {
    JsonNode settings = ask(version, "GET /containers/runs/json").json().path("NetworkSettings");
    for (String field : Arrays.asList("IPAddress", "Gateway", "MacAddress", "EndpointID")) {
      assertThat(settings.path(field).asString())
          .isNotEmpty()
          .isEqualTo(settings.path("Networks").path("bridge").path(field).asString());
    }
  }
}
