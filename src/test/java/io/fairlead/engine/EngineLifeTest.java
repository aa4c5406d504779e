package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink.Stream;
import io.fairlead.store.ContainerState;
import io.fairlead.testing.CollectingSink;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Containers from their create to their removal, on one engine. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineLifeTest {
  private TestHost host;
  private TestEngine engine;

  @BeforeAll
  void openAndWarmUp() {
    host = TestHost.create("host");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @AfterAll
  void close() {
    engine.close();
    host.close();
  }

  @BeforeEach
  void removeAll() {
    for (var container : engine.containers().list()) {
      engine.containers().remove(container.id(), true);
    }
  }

  @Test
  void outputFlowsFromTheFirstByteAndTheExitCodeIsTold() {
    var ran = engine.wanted("sh", "-c", "echo out; echo err >&2; exit 3").autoRemove().run();

    assertThat(ran.stdout()).isEqualTo("out\n");
    assertThat(ran.stderr()).isEqualTo("err\n");
    assertThat(ran.exit().code()).isEqualTo(3);
    engine.assertNothingLeft();
  }

  @Test
  void inputReachesTheProcessAndEnds() {
    var ran = engine.wanted("cat").input("one\ntwo\n").run();

    assertThat(ran.stdout()).isEqualTo("one\ntwo\n");
    assertThat(ran.exit().code()).isZero();
  }

  @Test
  void theProcessHasWhatWasAskedFor() {
    var ran =
        engine
            .wanted("sh", "-c", "echo $A $HOSTNAME $(hostname) $(pwd) $(id -u)")
            .env("A=1")
            .hostname("box")
            .workingDirectory("/tmp")
            .user("www")
            .run();

    assertThat(ran.stdout()).isEqualTo("1 box box /tmp 33\n");
  }

  @Test
  void theNameAndTheAddressAreInEtcHosts() {
    var ran = engine.wanted("sh", "-c", "cat /etc/hosts /etc/hostname").hostname("box").run();

    assertThat(ran.stdout()).contains("127.0.0.1\tlocalhost\n").endsWith("box\n");
    assertThat(ran.stdout()).containsPattern("172\\.\\d+\\.\\d+\\.\\d+\tbox\n");
  }

  @Test
  void filesOfTheHostAreBoundAndMissingFoldersMade(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("here"), "text");
    var ran =
        engine
            .wanted("sh", "-c", "cat /in/here; touch /out/made; touch /in/no || echo refused")
            .bind(folder + ":/in:ro")
            .bind(folder + "/new/folder:/out")
            .run();

    assertThat(ran.stdout()).isEqualTo("textrefused\n");
    assertThat(folder.resolve("new/folder/made")).exists();
  }

  @Test
  void aRestKeepsWhatWasWrittenAndTheNextRunHasIt() {
    String id = engine.wanted("sh", "-c", "cat /kept; echo more >> /kept").create();
    runAgain(id);
    runAgain(id);
    runAgain(id);

    assertThat(log(id)).startsWith("more\nmore\n").endsWith("No such file or directory\n");
  }

  @Test
  void stopSendsTheSignalAndThenKills() {
    var obedient =
        engine.wanted("sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done").start();
    var deaf = engine.wanted("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done").start();

    assertThat(engine.containers().stop(obedient.id(), Optional.empty(), Optional.of(20))).isTrue();
    assertThat(engine.containers().stop(deaf.id(), Optional.empty(), Optional.of(1))).isTrue();

    assertThat(find(obedient).exitCode()).isEqualTo(7);
    assertThat(find(deaf).exitCode()).isEqualTo(137);
    assertThat(find(deaf).state()).isEqualTo(ContainerState.EXITED);
    assertThat(engine.containers().stop(deaf.id(), Optional.empty(), Optional.empty())).isFalse();
  }

  @Test
  void startingWhatRunsChangesNothing() {
    var container = sleeping();

    assertThat(engine.containers().start(container.id())).isFalse();
    assertThat(find(container).pid()).isEqualTo(container.pid());
  }

  @Test
  void killOfWhatDoesNotRunIsAConflict() {
    String id = engine.wanted("true").create();

    assertThatThrownBy(() -> engine.containers().kill(id, "KILL"))
        .isInstanceOf(Conflict.class)
        .hasMessageEndingWith("container " + id + " is not running");
  }

  @Test
  void aRunningContainerIsRemovedOnlyByForce() {
    var container = engine.wanted("sleep", "100").name("busy").start();

    assertThatThrownBy(() -> engine.containers().remove("busy", false))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "cannot remove container \"/busy\": container is running: stop the container before removing or force remove");
    engine.containers().remove("busy", true);

    assertThatThrownBy(() -> find(container)).isInstanceOf(NotFound.class);
    engine.assertNothingLeft();
  }

  @Test
  void waitersAreToldWhenTheirConditionIsMet() {
    String id = engine.wanted("sh", "-c", "exit 4").create();
    var nowNotRunning = engine.containers().await(id, WaitCondition.NOT_RUNNING);
    var nextExit = engine.containers().await(id, WaitCondition.NEXT_EXIT);
    var removed = engine.containers().await(id, WaitCondition.REMOVED);
    assertThat(nowNotRunning).isCompleted();

    engine.containers().start(id);
    assertThat(status(nextExit).code()).isEqualTo(4);
    assertThat(removed).isNotDone();

    engine.containers().remove(id, false);
    assertThat(status(removed).code()).isEqualTo(4);
  }

  @Test
  void removalOfAContainerThatRemovesItselfStillTellsItsExitCode() {
    String id = engine.wanted("sh", "-c", "exit 5").autoRemove().create();
    var removed = engine.containers().await(id, WaitCondition.REMOVED);
    engine.containers().start(id);

    assertThat(status(removed).code()).isEqualTo(5);
    assertThatThrownBy(() -> engine.containers().find(id)).isInstanceOf(NotFound.class);
  }

  @Test
  void theLogHasBothStreamsAndItsLastLines() {
    String id = engine.wanted("sh", "-c", "echo 1; echo 2; echo 3 >&2").create();
    runAgain(id);
    var sink = new CollectingSink();
    var stdoutOfTheLastTwo =
        new LogRequest(false, true, false, OptionalInt.of(2), Optional.empty(), Optional.empty());
    engine.containers().logs(id, stdoutOfTheLastTwo, sink);

    assertThat(sink.text(Stream.STDOUT)).isEqualTo("2\n");
    assertThat(sink.text(Stream.STDERR)).isEmpty();
    assertThat(sink.ends()).isEqualTo(1);
    assertThat(log(id)).isEqualTo("1\n2\n3\n");
  }

  @Test
  void aLateClientGetsTheLogFirst() {
    var container =
        engine.wanted("sh", "-c", "echo early; read x; echo $x").input("late\n").start();
    var sink = new CollectingSink();
    Awaitility.await().until(() -> log(container.id()).equals("early\n"));
    try (var attachment = engine.containers().attach(container.id(), true, true, sink)) {
      attachment.write(ByteBuffer.wrap("late\n".getBytes(StandardCharsets.UTF_8)));
      sink.awaitEnd();
    }

    assertThat(sink.text(Stream.STDOUT)).isEqualTo("early\nlate\n");
    assertThat(sink.ends()).isEqualTo(1);
  }

  @Test
  void aContainerThatCannotStartIsAsNewAndLeavesNothing() {
    String id = engine.wanted("/nope").create();

    assertThatThrownBy(() -> engine.containers().start(id))
        .hasMessageContaining("no such file or directory");

    assertThat(engine.containers().find(id).state()).isEqualTo(ContainerState.CREATED);
    assertThat(engine.containers().find(id).exitCode()).isEqualTo(127);
    engine.containers().remove(id, false);
    engine.assertNothingLeft();
  }

  @Test
  void aSecondEngineOnTheSameRootsIsRefused() {
    assertThatThrownBy(() -> Engine.open(engine.config()))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("pid " + ProcessHandle.current().pid())
        .hasMessageContaining(engine.config().dataRoot().toString());
  }

  private Container sleeping() {
    return engine.wanted("sleep", "100").start();
  }

  private Container find(Container container) {
    return engine.containers().find(container.id());
  }

  private void runAgain(String id) {
    var exit = engine.containers().await(id, WaitCondition.NEXT_EXIT);
    engine.containers().start(id);
    status(exit);
  }

  private static ExitStatus status(CompletableFuture<ExitStatus> future) {
    return future.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private String log(String id) {
    var sink = new CollectingSink();
    var all =
        new LogRequest(false, true, true, OptionalInt.empty(), Optional.empty(), Optional.empty());
    engine.containers().logs(id, all, sink);
    return String.join("", List.of(sink.text(Stream.STDOUT), sink.text(Stream.STDERR)));
  }
}
