package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.store.ContainerState;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers that come back: by their policy, by hand, and over the engine's own end. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartsTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  private TestHost host;
  private TestHost far;
  private TestEngine engine;

  @BeforeAll
  void openAndWarmUp() {
    host = TestHost.create("host");
    far = TestHost.create("far");
    far.link(host, "10.9.0.2/24", "10.9.0.1/24");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    engine.restart();
    var first = serving().start();
    awaitPage();
    engine.containers().remove(first.id(), true);
    engine.markBaseline();
  }

  @AfterAll
  void close() {
    engine.close();
    far.close();
    host.close();
  }

  @AfterEach
  void nothingIsLeft() {
    for (var container : engine.containers().list()) {
      engine.containers().remove(container.id(), true);
    }
    engine.assertNothingLeft();
  }

  @Test
  void onFailureTriesAsOftenAsItMayAndThenRests() {
    String id =
        engine.wanted("sh", "-c", "echo x >> /runs; exit 3").restart("on-failure", 2).create();
    engine.containers().start(id);

    awaitState(id, ContainerState.EXITED);
    assertThat(find(id).restartCount()).isEqualTo(2);
    assertThat(find(id).exitCode()).isEqualTo(3);
  }

  @Test
  void onFailureLetsASuccessRest() {
    String id = engine.wanted("true").restart("on-failure", 0).create();
    var exit = engine.containers().await(id, WaitCondition.NEXT_EXIT);
    engine.containers().start(id);

    exit.orTimeout(30, TimeUnit.SECONDS).join();
    assertThat(find(id).state()).isEqualTo(ContainerState.EXITED);
  }

  @Test
  void aRestartByHandKeepsTheSandboxAndCountsFromTheBeginning() throws IOException {
    var owner = serving().start();
    String before = pin(owner);
    engine.containers().restart(owner.id(), Optional.of("KILL"), Optional.empty());

    var after = find(owner.id());
    assertThat(after.state()).isEqualTo(ContainerState.RUNNING);
    assertThat(after.pid()).isNotEqualTo(owner.pid());
    assertThat(after.restartCount()).isZero();
    assertThat(pin(after)).isEqualTo(before);
    awaitPage();

    engine.containers().stop(owner.id(), Optional.of("KILL"), Optional.empty());
    engine.containers().restart(owner.id(), Optional.empty(), Optional.empty());
    assertThat(find(owner.id()).state()).isEqualTo(ContainerState.RUNNING);
  }

  @Test
  void aContainerThatRemovesItselfSurvivesARestartByHand() {
    var container = engine.wanted("sleep", "1000").autoRemove().start();
    engine.containers().restart(container.id(), Optional.of("KILL"), Optional.empty());

    assertThat(find(container.id()).state()).isEqualTo(ContainerState.RUNNING);
  }

  @Test
  void stopEndsTheWaiting() {
    String id = engine.wanted("false").restart("always", 0).create();
    engine.containers().start(id);
    // Each wait is twice the one before: soon one is long enough to be met.
    Awaitility.await().until(() -> find(id).restartCount() >= 3 && isWaiting(id));

    assertThat(engine.containers().start(id)).isFalse();
    assertThat(engine.containers().stop(id, Optional.empty(), Optional.empty())).isTrue();
    assertThat(find(id).state()).isEqualTo(ContainerState.EXITED);
    assertThat(engine.containers().stop(id, Optional.empty(), Optional.empty())).isFalse();
  }

  @Test
  void aWaitingContainerIsRemovedByForce() {
    String id = engine.wanted("false").restart("always", 0).create();
    engine.containers().start(id);
    Awaitility.await().until(() -> find(id).restartCount() >= 3 && isWaiting(id));

    engine.containers().remove(id, true);

    assertThat(engine.containers().list()).isEmpty();
  }

  private boolean isWaiting(String id) {
    return find(id).state() == ContainerState.RESTARTING;
  }

  /**
   * Over the end of an engine that is closed or killed: what was done to the container before, how
   * its process ended while no engine was there, and whether the next engine has it running.
   */
  @ParameterizedTest(name = "{0}: engine {1}, {2}, process {3}: {4}")
  @CsvSource({
    "no, closed, start, KILL, EXITED",
    "no, killed, start, KILL, EXITED",
    "always, closed, start, KILL, RUNNING",
    "always, killed, start, KILL, RUNNING",
    "always, closed, start, TERM, RUNNING",
    "always, killed, start, lives, RUNNING",
    "always, closed, stop, none, RUNNING",
    "always, killed, stop, none, RUNNING",
    "unless-stopped, closed, start, KILL, RUNNING",
    "unless-stopped, killed, start, KILL, RUNNING",
    "unless-stopped, closed, stop, none, EXITED",
    "unless-stopped, killed, stop, none, EXITED",
    "on-failure, closed, start, KILL, RUNNING",
    "on-failure, killed, start, KILL, RUNNING",
    "on-failure, closed, start, TERM, EXITED",
    "on-failure, killed, start, TERM, EXITED",
    "on-failure, closed, stop, none, EXITED",
    "on-failure, killed, stop, none, EXITED",
  })
  void policiesHoldOverTheEnginesEnd(
      String policy, String end, String deed, String signal, ContainerState expected) {
    engine
        .wanted("sh", "-c", "trap 'exit 0' TERM; echo up > /up; while :; do sleep 0.05; done")
        .name("it")
        .publish("", "8080", "80/tcp")
        .restart(policy, 0)
        .create();
    long pid = endEngine(end, deed);
    if (signal.matches("KILL|TERM")) {
      Command.run(List.of("kill", "-" + signal, String.valueOf(pid))).succeeded();
      Awaitility.await().until(() -> ProcessHandle.of(pid).isEmpty());
    }
    engine.restart();

    awaitState("it", expected);
    assertThat(find("it").network().ports().isEmpty()).isEqualTo(expected == ContainerState.EXITED);
  }

  /** The process's pid. */
  private long endEngine(String end, String deed) {
    if (end.equals("closed")) {
      KilledEngine.act(engine.containers(), "it", deed);
    } else {
      engine.engine().close();
      KilledEngine.run(engine.config(), "it", deed);
    }
    long pid = processOf(deed);
    engine.engine().close();
    return pid;
  }

  private long processOf(String deed) {
    if (deed.equals("stop")) {
      return 0;
    }
    try (var bundles = Files.list(engine.config().execRoot().resolve("runtime"))) {
      Path bundle = bundles.findFirst().orElseThrow();
      long pid = Long.parseLong(Files.readString(bundle.resolve("pid")).strip());
      Path up = Path.of("/proc/%d/root/up".formatted(pid));
      Awaitility.await().until(() -> Files.exists(up));
      return pid;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitState(String reference, ContainerState state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(find(reference).state()).isEqualTo(state));
  }

  private Wanted serving() {
    return engine
        .wanted("sh", "-c", "echo page > /www/index.html; exec httpd -f -p 80 -h /www")
        .publish("", "8080", "80/tcp");
  }

  private void awaitPage() {
    Awaitility.await()
        .until(() -> far.tryHttpGet("http://10.9.0.1:8080/", SHORT), Optional.of("page\n")::equals);
  }

  private Container find(String reference) {
    return engine.containers().find(reference);
  }

  /** The namespace that is pinned there: its inode. */
  private static String pin(Container container) throws IOException {
    Path key = Path.of(container.network().sandboxKey());
    return Objects.requireNonNull(Files.getAttribute(key, "unix:ino")).toString();
  }
}
