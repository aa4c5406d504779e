package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.store.ContainerState;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * An engine is killed at each of its steps in turn, with three containers in flight and one at
 * rest; the next engine has it all right again within two seconds.
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashTest {
  private static final int STRIDE = 11;
  private static final int ROUNDS = 5;

  private TestHost host;
  private TestHost far;
  private TestEngine engine;

  private record Death(int exitCode, List<String> steps) {
    String lastStep() {
      return steps.isEmpty() ? "none" : steps.getLast();
    }
  }

  @BeforeAll
  void openAndWarmUp() {
    host = TestHost.create("host");
    far = TestHost.create("far");
    far.link(host, "10.9.0.2/24", "10.9.0.1/24");
    engine = TestEngine.open(host);
    serving("rock", "8080").start();
    engine.wanted("true").autoRemove().run();
    engine.restart();
    Awaitility.await()
        .until(
            () -> far.tryHttpGet("http://10.9.0.1:8080/", Duration.ofSeconds(1)),
            Optional::isPresent);
    engine.markBaseline();
  }

  @AfterAll
  void close() {
    engine.close();
    far.close();
    host.close();
  }

  @TestFactory
  Stream<DynamicTest> everyEleventhStep() {
    return deaths(1, STRIDE);
  }

  @TestFactory
  @Tag("acceptance")
  Stream<DynamicTest> everyStepFiveTimes() {
    return IntStream.rangeClosed(1, ROUNDS).boxed().flatMap(round -> deaths(round, 1));
  }

  /** In every other round the next engine is killed as well, while it recovers. */
  private Stream<DynamicTest> deaths(int round, int stride) {
    prepare();
    int steps = die(0).steps.size();
    engine.restart();
    engine.assertNothingLeft();
    return IntStream.iterate(1, n -> n <= steps, n -> n + stride)
        .mapToObj(
            n ->
                DynamicTest.dynamicTest(
                    "round %d, step %d of about %d".formatted(round, n, steps),
                    () -> dieAndRecover(n, round % 2 == 0)));
  }

  /**
   * @param twice whether the engine that comes after is killed too, while it recovers
   */
  private void dieAndRecover(int step, boolean twice) {
    prepare();
    var death = die(step);
    if (twice) {
      die(1 + step % 4);
    }
    engine.restart();
    try {
      assertThatAllIsAsTheRecordsSay();
      removeAllButTheRock();
      engine.assertNothingLeft();
    } catch (AssertionError e) {
      throw new AssertionError(
          "killed at step %d, %s: %s".formatted(step, death.lastStep(), e.getMessage()), e);
    }
  }

  private void prepare() {
    serving("web", "8081").create();
    engine.wanted("sh", "-c", "exit 3").name("three").create();
    engine.wanted("true").name("gone").autoRemove().create();
    engine.engine().close();
  }

  private Wanted serving(String name, String port) {
    return engine
        .wanted("sh", "-c", "hostname > /www/index.html; exec httpd -f -p 80 -h /www")
        .name(name)
        .hostname(name)
        .publish("", port, "80/tcp");
  }

  private void assertThatAllIsAsTheRecordsSay() {
    assertThat(far.httpGet("http://10.9.0.1:8080/")).isEqualTo("rock\n");
    for (var container : engine.containers().list()) {
      boolean runs = container.state() == ContainerState.RUNNING;
      boolean lives = runs && ProcessHandle.of(container.pid()).isPresent();
      assertThat(container.state())
          .as(container.name())
          .isIn(ContainerState.CREATED, ContainerState.RUNNING, ContainerState.EXITED);
      assertThat(lives || container.state() != ContainerState.RUNNING)
          .as("%s is %s, pid %d", container.name(), container.state(), container.pid())
          .isTrue();
      if (container.name().equals("web") && runs) {
        Awaitility.await()
            .untilAsserted(
                () -> assertThat(far.httpGet("http://10.9.0.1:8081/")).isEqualTo("web\n"));
      }
      if (container.name().equals("three") && container.state() == ContainerState.EXITED) {
        assertThat(container.exitCode()).isEqualTo(3);
      }
    }
  }

  private void removeAllButTheRock() {
    for (var container : engine.containers().list()) {
      if (!container.name().equals("rock")) {
        engine.containers().remove(container.id(), true);
      }
    }
  }

  private Death die(int step) {
    var config = engine.config();
    var command =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            DoomedEngine.class.getName(),
            config.dataRoot().toString(),
            config.execRoot().toString(),
            config.host().path().toString(),
            String.valueOf(step));
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      // The log goes there too; a step's line begins with its number.
      var steps = output.lines().filter(line -> line.matches("\\d+ .*")).toList();
      // A second one may find that its containers are gone, which is 1.
      assertThat(exitCode).as(output).isIn(0, 1, DoomedEngine.KILLED);
      return new Death(exitCode, steps);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
