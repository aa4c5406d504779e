package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.NotFound;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.store.ContainerState;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers live on while no engine is there, and the next one knows all about them. */
@Tag("kernel")
class EngineRestartTest {
  private static final String PAGE = "http://10.9.0.1:8080/";

  private TestHost host;
  private TestHost far;
  private TestEngine engine;

  @BeforeEach
  void open() {
    host = TestHost.create("host");
    far = TestHost.create("far");
    far.link(host, "10.9.0.2/24", "10.9.0.1/24");
    engine = TestEngine.open(host);
  }

  @AfterEach
  void close() {
    engine.close();
    far.close();
    host.close();
  }

  @Test
  void aRunningContainerIsReachedBeforeDuringAndAfter() {
    var before =
        engine
            .wanted("sh", "-c", "echo page > /www/index.html; exec httpd -f -p 80 -h /www")
            .publish("", "8080", "80/tcp")
            .start();
    Awaitility.await().until(() -> far.tryHttpGet(PAGE, Duration.ofSeconds(1)).isPresent());
    assertThat(page()).isEqualTo("page\n");

    engine.engine().close();
    assertThat(page()).isEqualTo("page\n");
    engine.restart();
    assertThat(page()).isEqualTo("page\n");

    var after = engine.containers().find(before.id());
    assertThat(after.state()).isEqualTo(ContainerState.RUNNING);
    assertThat(after.pid()).isEqualTo(before.pid());
    assertThat(after.network()).isEqualTo(before.network());
  }

  /** Who connects while no engine is there waits in the kernel's queue for the next one. */
  @Test
  void theRelayOfAKilledEngineIsTakenOverByTheNext() throws Exception {
    engine
        .wanted("sh", "-c", "echo page > /www/index.html; exec httpd -f -p 80 -h /www")
        .name("web")
        .publish("", "8080", "80/tcp")
        .create();
    engine.engine().close();
    KilledEngine.run(engine.config(), "web", "start");
    var waiting =
        CompletableFuture.supplyAsync(
            () -> host.httpGet("http://[::1]:8080/"), Thread::startVirtualThread);

    engine.restart();
    assertThat(host.httpGet("http://[::1]:8080/")).isEqualTo("page\n");
    assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo("page\n");
  }

  @Test
  void whatEndedInBetweenHasItsExitCode() {
    var container = engine.wanted("sh", "-c", "sleep 0.5; exit 6").start();
    engine.engine().close();
    awaitEndOf(container);
    engine.restart();

    assertThat(engine.containers().find(container.id()).exitCode()).isEqualTo(6);
    engine.containers().remove(container.id(), false);
  }

  @Test
  void whatEndsAfterwardsIsSeen() {
    var container = engine.wanted("sh", "-c", "sleep 2; exit 6").start();
    engine.restart();
    var exit = engine.containers().await(container.id(), WaitCondition.NEXT_EXIT);

    assertThat(exit.orTimeout(30, TimeUnit.SECONDS).join().code()).isEqualTo(6);
  }

  @Test
  void whatRemovesItselfIsRemovedByTheNextEngine() {
    engine.wanted("true").autoRemove().run();
    engine.restart();
    engine.markBaseline();
    var container = engine.wanted("sleep", "0.5").autoRemove().start();
    engine.engine().close();
    awaitEndOf(container);
    engine.restart();

    assertThatThrownBy(() -> engine.containers().find(container.id())).isInstanceOf(NotFound.class);
    engine.assertNothingLeft();
  }

  private String page() {
    return far.httpGet(PAGE);
  }

  private static void awaitEndOf(Container container) {
    Awaitility.await().until(() -> ProcessHandle.of(container.pid()).isEmpty());
  }
}
