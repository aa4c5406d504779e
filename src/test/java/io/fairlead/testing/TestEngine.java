package io.fairlead.testing;

import io.fairlead.engine.Containers;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineConfig;
import io.fairlead.linux.Mounts;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * An engine in this JVM, on a {@link TestHost} and on roots of its own that vanish with it. Closing
 * it purges the engine.
 */
public final class TestEngine implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private final TestHost host;
  private final Path base;
  private final EngineConfig config;
  private final Set<String> containers = ConcurrentHashMap.newKeySet();
  private final Leftovers beforeEngine;
  private Engine engine;
  private Leftovers baseline;

  private TestEngine(TestHost host, UnaryOperator<EngineConfig> change) {
    this.host = host;
    this.base = temporaryFolder();
    mountUnlessFitForOverlays(base);
    this.config = change.apply(configOf(base, host));
    this.beforeEngine = Leftovers.of(host, base, containers);
    try {
      this.engine = Engine.open(config);
    } catch (RuntimeException e) {
      removeBase();
      throw e;
    }
    this.baseline = Leftovers.of(host, base, containers);
  }

  public static TestEngine open(TestHost host) {
    return open(host, config -> config);
  }

  /**
   * @param change of the usual configuration: own roots, everything else chosen by the engine
   */
  public static TestEngine open(TestHost host, UnaryOperator<EngineConfig> change) {
    return new TestEngine(host, change);
  }

  /** The default bridge of both families, as {@code --ipv6} makes it. */
  public static EngineConfig withIpv6(EngineConfig config) {
    return new EngineConfig(
        config.dataRoot(),
        config.execRoot(),
        config.host(),
        config.bridge(),
        config.bip(),
        true,
        Optional.of("fd00:17::/64"),
        config.mtuBytes(),
        config.runtime(),
        config.leavesForeignFirewalls());
  }

  public Engine engine() {
    return engine;
  }

  public Containers containers() {
    return engine.containers();
  }

  public TestHost host() {
    return host;
  }

  public EngineConfig config() {
    return config;
  }

  /** A container of busybox that a test is about to run; the image is imported on first use. */
  public Wanted wanted(String... command) {
    if (engine.images().list().stream().noneMatch(i -> i.tags().contains(BusyboxImage.NAME))) {
      BusyboxImage.importInto(engine.images());
    }
    return new Wanted(this, BusyboxImage.NAME).command(command);
  }

  /** Closes the engine, which leaves containers running, and opens it on the same roots. */
  public void restart() {
    engine.close();
    engine = Engine.open(config);
  }

  /** Puts these containers' cgroups among the things that are looked for. */
  void remember(String containerId) {
    containers.add(containerId);
  }

  /**
   * Takes what is there now as what shall be there later. Opening takes a first one; after a
   * warm-up it is taken again, because a first run leaves things that are kept on purpose.
   */
  public void markBaseline() {
    // What an earlier run has left to be swept shall not stay: wait until nothing goes any more.
    var seen = new AtomicReference<>(Leftovers.of(host, base, containers));
    Awaitility.await()
        .atMost(SETTLING.multipliedBy(5))
        .during(SETTLING.dividedBy(2).plusMillis(200))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              var now = Leftovers.of(host, base, containers);
              return now.differenceFrom(seen.getAndSet(now)).isEmpty();
            });
    baseline = Objects.requireNonNull(seen.get());
  }

  /** Claims that within two seconds all is as at the baseline, apart from descriptors' order. */
  public void assertNothingLeft() {
    assertSettlesTo(baseline);
  }

  private void assertSettlesTo(Leftovers wanted) {
    try {
      Awaitility.await()
          .atMost(SETTLING)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> Leftovers.of(host, base, containers).differenceFrom(wanted), String::isEmpty);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "after 2 s:\n" + Leftovers.of(host, base, containers).differenceFrom(wanted), e);
    }
  }

  /** Purges the engine, claims that nothing of it is left, and removes its roots. */
  @Override
  public void close() {
    try {
      engine.purge();
      if (Files.exists(config.dataRoot())) {
        // A test has closed it, so it was not there to be purged.
        Engine.open(config).purge();
      }
      assertNothingOfTheEngineIsLeft();
    } finally {
      removeBase();
    }
  }

  private void assertNothingOfTheEngineIsLeft() {
    var now = Leftovers.of(host, base, containers);
    assertSettlesTo(
        new Leftovers(
            beforeEngine.links(),
            beforeEngine.rules(),
            beforeEngine.mounts(),
            beforeEngine.files(),
            beforeEngine.processes(),
            beforeEngine.cgroups(),
            // A first engine in a JVM opens things that the JVM keeps; runs are compared instead.
            now.descriptors()));
  }

  /** Whatever a failed test has left goes too. */
  private void removeBase() {
    Leftovers.processIds(base)
        .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    Mounts.table().reversed().stream()
        .map(Mounts.Mount::target)
        .filter(target -> target.startsWith(base))
        .forEach(Mounts::unmount);
    Trees.delete(base);
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("fairlead-engine-").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An overlay's upper directory cannot be on an overlay: tests inside a container get a tmpfs. */
  private static void mountUnlessFitForOverlays(Path base) {
    try {
      if (Files.getFileStore(base).type().equals("overlay")) {
        Mounts.mount("tmpfs", base, "tmpfs", 0, "mode=700");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EngineConfig configOf(Path base, TestHost host) {
    return EngineConfig.usual(base.resolve("data"), base.resolve("exec"), host.namespace());
  }
}
