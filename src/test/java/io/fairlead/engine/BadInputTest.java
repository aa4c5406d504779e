package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be done is refused in words that help, and leaves nothing. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private TestHost host;
  private TestEngine engine;

  @BeforeAll
  void openAndWarmUp() {
    host = TestHost.create("host");
    host.serveHttp("0.0.0.0", 7000, from -> "foreign");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    engine.wanted("sleep", "1000").name("taken").publish("", "7001", "80/tcp").start();
    engine.wanted("true").name("resting").create();
    engine.markBaseline();
  }

  @AfterAll
  void close() {
    engine.close();
    host.close();
  }

  static Stream<Arguments> refusedAtCreate() {
    return Stream.of(
        refused(
            "unknown image",
            w -> w.image("nobody/knows"),
            NotFound.class,
            "No such image: nobody/knows:latest"),
        refused(
            "name in use",
            w -> w.name("taken"),
            Conflict.class,
            "Conflict. The container name \"/taken\" is already in use by container \""),
        refused(
            "malformed name",
            w -> w.name("a b"),
            InvalidRequest.class,
            "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"),
        refused(
            "no command",
            w -> w.entrypoint("").command(),
            InvalidRequest.class,
            "no command specified"),
        refused(
            "unknown network",
            w -> w.network("nowhere"),
            NotFound.class,
            "network nowhere not found"),
        refused(
            "nobody to join",
            w -> w.network("container:"),
            InvalidRequest.class,
            "invalid network mode: invalid container format container:<name|id>"),
        refused(
            "unknown capability",
            w -> w.capAdd("FLY"),
            InvalidRequest.class,
            "invalid CapAdd: unknown capability: \"CAP_FLY\""),
        refused(
            "unknown signal",
            w -> w.stopSignal("SIGNOPE"),
            InvalidRequest.class,
            "invalid signal: SIGNOPE"),
        refused(
            "relative working directory",
            w -> w.workingDirectory("tmp"),
            InvalidRequest.class,
            "the working directory 'tmp' is invalid, it needs to be an absolute path"),
        refused(
            "malformed bind",
            w -> w.bind("/a"),
            InvalidRequest.class,
            "invalid volume specification: '/a'"),
        refused(
            "host name of another's network",
            w -> w.network("container:taken").hostname("x"),
            InvalidRequest.class,
            "conflicting options: hostname and the network mode"),
        refused(
            "ports of another's network",
            w -> w.network("container:taken").publish("", "7002", "80/tcp"),
            InvalidRequest.class,
            "conflicting options: port publishing and the container type network mode"));
  }

  static Stream<Arguments> refusedAtStart() {
    return Stream.of(
        refused(
            "port of ours",
            w -> w.publish("", "7001", "80/tcp"),
            EngineFault.class,
            "failed to set up container networking: driver failed programming external connectivity on endpoint "),
        refused(
            "port of ours, its words",
            w -> w.publish("", "7001", "80/tcp"),
            EngineFault.class,
            "Bind for 0.0.0.0:7001 failed: port is already allocated"),
        refused(
            "port of a foreign process",
            w -> w.publish("", "7000", "80/tcp"),
            EngineFault.class,
            "Bind for 0.0.0.0:7000 failed: port is already allocated"),
        refused(
            "unknown container to join",
            w -> w.network("container:nobody"),
            NotFound.class,
            "No such container: nobody"),
        refused(
            "resting container to join",
            w -> w.network("container:resting"),
            Conflict.class,
            "cannot join network namespace of a non running container: container resting is created"),
        refused(
            "itself to join",
            w -> w.name("me").network("container:me"),
            EngineFault.class,
            "cannot join own network namespace"),
        refused(
            "missing program in the path",
            w -> w.command("nope"),
            InvalidRequest.class,
            "executable file not found"),
        refused(
            "missing program",
            w -> w.command("/nope"),
            InvalidRequest.class,
            "no such file or directory"),
        refused(
            "program that may not run",
            w -> w.command("/etc/not-executable"),
            InvalidRequest.class,
            "permission denied"),
        refused("unknown user", w -> w.user("nobody-here"), Failure.class, "nobody-here"));
  }

  private static Arguments refused(
      String what, UnaryOperator<Wanted> change, Class<? extends Failure> kind, String words) {
    return Arguments.of(what, change, kind, words);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedAtCreate")
  void createIsRefused(
      String what, UnaryOperator<Wanted> change, Class<? extends Failure> kind, String words) {
    int before = engine.containers().list().size();

    assertThatThrownBy(() -> change.apply(engine.wanted("true")).create())
        .isInstanceOf(kind)
        .hasMessageContaining(words);
    assertThat(engine.containers().list()).hasSize(before);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedAtStart")
  void startIsRefused(
      String what, UnaryOperator<Wanted> change, Class<? extends Failure> kind, String words) {
    String id = change.apply(engine.wanted("true")).create();

    assertThatThrownBy(() -> engine.containers().start(id))
        .isInstanceOf(kind)
        .hasMessageContaining(words);
    assertThat(engine.containers().find(id).error()).contains(words);
    engine.containers().remove(id, false);
  }

  @AfterEach
  void nothingIsLeft() {
    engine.assertNothingLeft();
  }
}
