package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Background;
import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestDaemon;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A daemon is stopped, or killed, while clients follow a container and processes run in it; some of
 * these end while no daemon is there, the others under the next one. The scene is played once for
 * each signal; the tests are what must be so afterwards.
 */
@Tag("client")
@ParameterizedClass(name = "SIG{0}")
@ValueSource(strings = {"TERM", "KILL"})
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class DaemonEndTest {
  private static final String TALK =
      "i=0; until test -e /stop; do i=$((i+1)); echo line $i; sleep 0.01; done; exit 9";

  /** Waits for its cue, and says something meanwhile: also when nobody listens any more. */
  private static final String EXEC =
      "sh -c 'echo $$ > /NAME; until test -e /NAME.cue; do echo busy; sleep 0.02; done; exit CODE'";

  private static final Pattern NAME = Pattern.compile("> /([a-z-]+);");

  private static final Map<String, String> FOLLOWERS =
      Map.of(
          "docker logs -f",
          "docker logs -f -t box",
          "docker attach",
          "docker attach --no-stdin box",
          "docker run",
          "docker run --name runner busybox sh -c '" + TALK + "'",
          "docker exec",
          "docker exec box " + exec("attached", 11),
          "docker exec -t",
          "docker exec -t box " + exec("terminal", 12),
          "fairlead logs -f",
          "fairlead logs -f box",
          "fairlead attach",
          "fairlead attach --no-stdin box",
          "fairlead exec",
          "fairlead exec box " + exec("ours", 14));

  @Parameter private String signal;
  private final Map<String, Background> begun = new HashMap<>();
  private final Map<String, Command> ended = new HashMap<>();
  private final Map<String, String> execIds = new HashMap<>();
  private final Map<String, Boolean> survivors = new HashMap<>();
  private final Map<String, String> execEnds = new HashMap<>();
  private TestHost host;
  private TestEngine engine;
  private Docker docker;
  private TestDaemon daemon;
  private Path root;
  private String rawLog;
  private String rawAttach;
  private String whole;
  private String tailed;
  private String resumed;

  private static String exec(String name, int code) {
    return EXEC.replace("NAME", name).replace("CODE", "" + code);
  }

  @BeforeParameterizedClassInvocation
  void play() throws IOException {
    host = TestHost.create("ending");
    engine = TestEngine.open(host);
    engine.wanted("true");
    engine.engine().close();
    docker = Docker.withoutServer(host);
    daemon = TestDaemon.start(engine, docker.socket());
    docker.output("run", "-d", "--name", "box", "busybox", "sh", "-c", TALK);
    root = Path.of("/proc", docker.output("inspect", "-f", "{{.State.Pid}}", "box"), "root");
    FOLLOWERS.forEach((name, line) -> begun.put(name, docker.begin(line)));
    docker.shell("docker exec -d box " + exec("detached", 13)).succeeded();
    docker.shell("docker exec -d box " + exec("early", 15)).succeeded();
    docker.shell("docker exec -t -d box " + exec("early-terminal", 16)).succeeded();
    begun.values().forEach(Background::awaitOutput);
    findExecs();
    try (var log = ask("GET /containers/box/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        var attach =
            ask(
                "POST /containers/box/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\n"
                    + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n")) {
      endDaemon();
      rawLog = log.readAll();
      rawAttach = attach.readAll();
    }
    begun.forEach((name, client) -> ended.put(name, client.awaitEnd()));
    cue("early");
    cue("early-terminal");
    Awaitility.await().until(() -> !runs("early") && !runs("early-terminal"));
    daemon = TestDaemon.start(engine, docker.socket());
    endExecs();
    followAgain();
  }

  private RawClient ask(String request) throws IOException {
    var client = new RawClient(docker.socket()).send(request);
    assertThat(client.readUntil("line")).startsWith("HTTP/1.1 ");
    return client;
  }

  private void endDaemon() {
    assertThat(daemon.end(signal)).isEqualTo(signal.equals("TERM") ? 0 : 137);
  }

  private void findExecs() throws IOException {
    String ids = docker.output("inspect", "-f", "{{join .ExecIDs \" \"}}", "box");
    for (String id : ids.split(" ", -1)) {
      Matcher name = NAME.matcher(inspectExec(id));
      assertThat(name.find()).isTrue();
      execIds.put(name.group(1), id);
    }
  }

  private String inspectExec(String id) throws IOException {
    return RawClient.ask(
        docker.socket(),
        "GET /exec/%s/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted(id));
  }

  private void endExecs() throws IOException {
    for (var exec : execIds.entrySet()) {
      survivors.put(exec.getKey(), runs(exec.getKey()));
      if (runs(exec.getKey())) {
        cue(exec.getKey());
      }
      Awaitility.await()
          .until(
              () -> execEnds.merge(exec.getKey(), inspectExec(exec.getValue()), (_, now) -> now),
              end -> end.contains("\"Running\":false"));
    }
  }

  private void followAgain() {
    String last = ended("docker logs -f").stdout().lines().toList().getLast();
    try (var since = docker.begin("docker logs -f --since " + last.replaceAll(" .*", "") + " box");
        var tail = docker.begin("docker logs -f --tail 5 box")) {
      since.awaitOutput();
      tail.awaitOutput();
      docker.output("exec", "box", "touch", "/stop");
      resumed = since.awaitEnd().succeeded().stdout();
      tailed = tail.awaitEnd().succeeded().stdout();
    }
    whole = docker.output("logs", "box");
  }

  private Command ended(String name) {
    return Objects.requireNonNull(ended.get(name), name);
  }

  private void cue(String exec) throws IOException {
    Files.createFile(root.resolve(exec + ".cue"));
  }

  private boolean runs(String exec) throws IOException {
    String pid = Files.readString(root.resolve(exec)).strip();
    return Files.exists(root.resolve("proc").resolve(pid));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker logs -f",
        "docker attach",
        "docker run",
        "docker exec",
        "docker exec -t",
        "fairlead logs -f",
        "fairlead attach",
        "fairlead exec"
      })
  void aClientThatFollowedEndsWithAnError(String client) {
    assertThat(ended(client).exitCode()).isNotZero();
  }

  /** What breaks off has no last chunk; a bare stream can only be told. */
  @Test
  void aStreamThatBrokeOffDoesNotLookWhole() {
    assertThat(rawLog).doesNotEndWith("\r\n0\r\n\r\n");
    assertThat(rawAttach.endsWith("\3\0\0\0\0\0\0\51the daemon is stopping; containers run on"))
        .isEqualTo(signal.equals("TERM"));
  }

  @ParameterizedTest
  @CsvSource({
    "attached, true, 11",
    "terminal, true, 12",
    "detached, true, 13",
    "ours, true, 14",
    "early, false, 15",
    "early-terminal, false, 16",
  })
  void anExecGoesOnAndItsExitCodeIsFound(String exec, boolean survives, int exitCode) {
    assertThat(survivors).containsEntry(exec, survives);
    assertThat(execEnds.get(exec)).contains("\"ExitCode\":" + exitCode + ",");
  }

  @Test
  void theLogIsWholeAndTheContainersRunOn() {
    assertThat(whole.lines()).hasSizeGreaterThan(10).containsExactlyElementsOf(lines(1));
    assertThat(docker.output("inspect", "-f", "{{.State.ExitCode}}", "box")).isEqualTo("9");
    assertThat(docker.output("inspect", "-f", "{{.State.Status}}", "runner")).isEqualTo("running");
  }

  /** Lines that conmon took at once have one time, and come again together. */
  @Test
  void aFollowerGoesOnWhereItWasSinceTheLastTimeThatItSaw() {
    List<String> seen = ended("docker logs -f").stdout().lines().toList();
    assertThat(seen.stream().map(line -> line.replaceAll("^\\S+ ", "")))
        .containsExactlyElementsOf(lines(1).subList(0, seen.size()));
    String last = seen.getLast().replaceAll(" .*", "");
    long again = seen.stream().filter(line -> line.startsWith(last)).count();
    assertThat(resumed.lines()).containsExactlyElementsOf(lines((int) (seen.size() - again + 1)));
  }

  @Test
  void aFollowerOfTheTailMissesNothingAfterIt() {
    int first = Integer.parseInt(tailed.lines().findFirst().orElseThrow().replace("line ", ""));
    assertThat(tailed.lines()).containsExactlyElementsOf(lines(first));
    assertThat(first).isGreaterThan(1);
  }

  /** All that the container wrote, from a line on. */
  private List<String> lines(int first) {
    int last = (int) whole.lines().count();
    return IntStream.rangeClosed(first, last).mapToObj(number -> "line " + number).toList();
  }

  @AfterParameterizedClassInvocation
  void close() {
    begun.values().forEach(Background::close);
    begun.clear();
    execIds.clear();
    daemon.close();
    docker.close();
    engine.close();
    host.close();
  }
}
