package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.OutputSink.Stream;
import io.fairlead.store.ExecState;
import io.fairlead.testing.CollectingSink;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Further processes in containers, over the life of an engine. */
@Tag("kernel")
class ExecLifeTest {
  private TestHost host;
  private TestEngine engine;

  @BeforeEach
  void open() {
    host = TestHost.create("execs");
    engine = TestEngine.open(host);
  }

  @AfterEach
  void close() {
    engine.close();
    host.close();
  }

  private Execs execs() {
    return engine.engine().execs();
  }

  private String create(String container, String script) {
    return execs()
        .create(
            container,
            new ExecRequest(
                List.of("sh", "-c", script),
                List.of(),
                "",
                "",
                false,
                false,
                true,
                true,
                false,
                ConsoleSize.UNKNOWN,
                ""));
  }

  private String startDetached(String container, String script) {
    String id = create(container, script);
    execs().startDetached(id);
    return id;
  }

  private Exec awaitEnd(String id) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> execs().find(id), exec -> exec.state() == ExecState.EXITED);
  }

  @Test
  void oneThatRunsGoesOnWithoutAnEngine() {
    String box = engine.wanted("sleep", "1000").start().id();
    String waiting = startDetached(box, "until test -e /tmp/go; do sleep 0.1; done; exit 7");
    String created = create(box, "exit 3");
    int pid = execs().find(waiting).pid();
    engine.restart();
    assertThat(execs().find(waiting).state()).isEqualTo(ExecState.RUNNING);
    assertThat(execs().find(waiting).pid()).isEqualTo(pid).isPositive();
    awaitEnd(startDetached(box, "touch /tmp/go"));
    assertThat(awaitEnd(waiting).exitCode()).isEqualTo(7);
    execs().startDetached(created);
    assertThat(awaitEnd(created).exitCode()).isEqualTo(3);
  }

  @Test
  void anEndThatNoEngineSawIsKnown() {
    String box = engine.wanted("sleep", "1000").start().id();
    String ended = startDetached(box, "exit 4");
    awaitEnd(ended);
    String ending = startDetached(box, "sleep 0.3; exit 5");
    engine.restart();
    assertThat(awaitEnd(ending).exitCode()).isEqualTo(5);
    assertThat(execs().find(ended).exitCode()).isEqualTo(4);
  }

  @Test
  void noneOutlivesItsContainer() {
    String box = engine.wanted("sleep", "1000").start().id();
    String id = startDetached(box, "sleep 1000");
    engine.containers().kill(box, "KILL");
    assertThat(awaitEnd(id).exitCode()).isEqualTo(137);
    assertThatThrownBy(() -> create(box, "true"))
        .isInstanceOf(Conflict.class)
        .hasMessage("container " + box + " is not running");
    engine.containers().remove(box, false);
    assertThatThrownBy(() -> execs().find(id))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such exec instance: " + id);
  }

  @Test
  void noneIsStartedTwice() {
    String box = engine.wanted("sleep", "1000").start().id();
    String id = startDetached(box, "sleep 1000");
    assertThatThrownBy(() -> execs().startDetached(id))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("is already running");
    String ended = startDetached(box, "true");
    awaitEnd(ended);
    assertThatThrownBy(() -> execs().startDetached(ended))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("has already run");
  }

  @Test
  void whoSeesTheEndOfItsOutputSeesItsExitCode() {
    String box = engine.wanted("sleep", "1000").start().id();
    for (int code = 1; code <= 20; code++) {
      String id = create(box, "echo out; exit " + code);
      var sink = new CollectingSink();
      try (var _ = execs().start(id, ConsoleSize.UNKNOWN, sink, () -> {})) {
        sink.awaitEnd();
      }
      assertThat(execs().find(id).exitCode()).isEqualTo(code);
      assertThat(sink.text(Stream.STDOUT)).isEqualTo("out\n");
    }
  }

  @Test
  void onlyTheNewestThatEndedAreKept() {
    String box = engine.wanted("sleep", "1000").start().id();
    String first = create(box, "true");
    for (int i = 1; i < Execs.KEPT_MAX; i++) {
      create(box, "true");
    }
    assertThat(execs().find(first).state()).isEqualTo(ExecState.CREATED);
    create(box, "true");
    assertThatThrownBy(() -> execs().find(first)).isInstanceOf(NotFound.class);
  }
}
