package io.fairlead.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our own command's events, tag, save, history and completion, against an engine in this JVM. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class ImageCommandsTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("cli");
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

  private record Ran(int exitCode, String out, String err) {}

  private Ran fairlead(String... words) {
    var line = new ArrayList<>(List.of("-H", "unix://" + docker.socket()));
    line.addAll(List.of(words));
    PrintStream out = System.out;
    PrintStream err = System.err;
    var caughtOut = new ByteArrayOutputStream();
    var caughtErr = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(caughtOut, true, UTF_8));
      System.setErr(new PrintStream(caughtErr, true, UTF_8));
      int exitCode = Main.execute(line);
      return new Ran(exitCode, caughtOut.toString(UTF_8), caughtErr.toString(UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private String output(String... words) {
    Ran ran = fairlead(words);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return ran.out();
  }

  @Test
  void anImageIsTaggedSavedAndLoadedAgain(@TempDir Path folder) throws IOException {
    assertThat(output("tag", "busybox", "registry.example.com:5000/mine:1")).isEmpty();
    Path archive = folder.resolve("mine.tar");
    output("save", "-o", archive.toString(), "registry.example.com:5000/mine:1");
    assertThat(folder).isDirectoryContaining(file -> file.equals(archive));
    output("rmi", "registry.example.com:5000/mine:1");
    assertThat(output("load", "-i", archive.toString()))
        .isEqualTo("Loaded image: registry.example.com:5000/mine:1\n");
    Path again = folder.resolve("again.tar");
    output("save", "--output=" + again, "registry.example.com:5000/mine:1");
    assertThat(Files.mismatch(archive, again)).isEqualTo(-1);
  }

  @Test
  void aSaveThatIsRefusedLeavesTheFileAsItWas(@TempDir Path folder) throws IOException {
    Path archive = Files.writeString(folder.resolve("kept.tar"), "kept");
    Ran ran = fairlead("save", "-o", archive.toString(), "nosuch");
    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err()).contains("No such image: nosuch:latest");
    assertThat(archive).hasContent("kept");
  }

  @Test
  void historyIsATableOrJson() {
    assertThat(output("history", "busybox"))
        .matches(
            "(?s)IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n[0-9a-f]{12} .* Imported from -\n");
    assertThat(output("history", "--format", "json", "busybox")).startsWith("{\"ID\":\"");
    assertThat(output("history", "-q", "busybox")).matches("[0-9a-f]{12}\n");
  }

  @Test
  void eventsAreToldAsDockerTellsThem() {
    String since = Instant.now().toString();
    output("tag", "busybox", "seen:1");
    output("rmi", "seen:1");
    String until = Instant.now().toString();
    assertThat(output("events", "--since", since, "--until", until, "-f", "type=image").lines())
        .satisfiesExactly(
            line ->
                assertThat(line).matches("\\S+ image tag sha256:[0-9a-f]{64} \\(name=seen:1\\)"),
            line -> assertThat(line).contains(" image untag sha256:"));
    assertThat(output("events", "--since", since, "--until", until, "--format", "json").lines())
        .allMatch(line -> line.startsWith("{\"status\":"));
  }

  @Test
  void anEventsTimeIsOfTheZone() {
    Json event =
        Json.parse(
            """
            {"Type":"network","Action":"connect","Actor":{"ID":"n1","Attributes":{"name":"bridge"}},"timeNano":1700000000123456789}
            """);
    assertThat(EventsCommand.text(event, ZoneOffset.ofHours(2)))
        .isEqualTo("2023-11-15T00:13:20.123456789+02:00 network connect n1 (name=bridge)");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tag busybox                   | 2 | fairlead tag IMAGE NAME
          tag nosuch x                  | 1 | No such image: nosuch:latest
          tag busybox X                 | 1 | invalid reference format
          save                          | 2 | IMAGE is missing
          history nosuch                | 1 | No such image: nosuch:latest
          events --since yesterday      | 2 | yesterday
          events --filter color=red     | 1 | invalid filter 'color'
          events --filter color         | 2 | expected KEY=VALUE
          events --format {{.ID}}       | 2 | Take --format json
          history --format {{.ID}} busybox | 2 | Take --format json
          images --format {{.ID}}       | 2 | Take --format json
          completion fish               | 2 | completion is there for bash
          """)
  void mistakesAreNamed(String line, int exitCode, String words) {
    Ran ran = fairlead(line.split(" ", -1));
    assertThat(ran.err()).contains(words);
    assertThat(ran.exitCode()).isEqualTo(exitCode);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fairlead his             | history
          fairlead network         | network
          fairlead network in      | inspect
          fairlead history --no    | --no-trunc
          fairlead rmi --f         | --force
          fairlead tag busy        | busybox:latest
          fairlead tag busybox:la  | latest
          fairlead network inspect hos | host
          """)
  void bashCompletes(String line, String expected, @TempDir Path folder) throws IOException {
    Path script = Files.writeString(folder.resolve("completion"), output("completion", "bash"));
    Path names = Files.createDirectory(folder.resolve("bin")).resolve("fairlead");
    // In place of our command, which is not installed here: it prints what ours would.
    Files.writeString(
        names,
        "#!/bin/sh\ncase $3 in\n"
            + "IMAGE) echo '%s' ;;\nNETWORK) echo '%s' ;;\nesac\n"
                .formatted(
                    output("completion", "names", "IMAGE").strip(),
                    output("completion", "names", "NETWORK").strip()));
    assertThat(names.toFile().setExecutable(true)).isTrue();
    String driver =
        """
        PATH=%s:$PATH
        source %s
        COMP_LINE='%s' COMP_POINT=${#COMP_LINE} COMP_WORDBREAKS=' :'
        IFS=' ' read -r -a COMP_WORDS <<<"${COMP_LINE//:/ : }"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _fairlead
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(names.getParent(), script, line);
    Command completed = Command.run(List.of("bash", "-c", driver)).succeeded();
    assertThat(completed.stdout().lines()).contains(expected);
  }

  @Test
  void completingStartsNoDaemonAndSaysNothing() {
    var nobody = new Host(Path.of("/nonexistent/fairlead.sock"));
    assertThat(nobody.daemonIfAny().answers()).isFalse();
    Ran ran = fairlead("-H", "unix:///nonexistent/fairlead.sock", "completion", "names", "IMAGE");
    assertThat(ran).isEqualTo(new Ran(0, "", ""));
  }
}
