package io.fairlead.engine;

import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.linux.NetNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process of its own that opens an engine, has the containers {@code web}, {@code three} and
 * {@code gone} live their lives side by side, and dies without a word at a given step. Each step is
 * printed before it is taken, so that the last line says where it died.
 */
final class DoomedEngine {
  /** How a process ends that was killed: 128 and SIGKILL. */
  static final int KILLED = 137;

  private static final AtomicInteger STEPS = new AtomicInteger();

  private DoomedEngine() {}

  /**
   * @param args data root, exec root, host namespace, number of the step to die at (0: none)
   */
  public static void main(String[] args) {
    int last = Integer.parseInt(args[3]);
    var config =
        EngineConfig.usual(Path.of(args[0]), Path.of(args[1]), new NetNamespace(Path.of(args[2])));
    try (var engine = Engine.open(config, step -> reach(step, last))) {
      live(engine.containers());
    }
  }

  private static synchronized void reach(String step, int last) {
    int number = STEPS.incrementAndGet();
    System.out.printf("%d %s%n", number, step);
    System.out.flush();
    if (number == last) {
      Runtime.getRuntime().halt(KILLED);
    }
  }

  private static void live(Containers containers) {
    var gone = containers.await("gone", WaitCondition.REMOVED);
    var three = containers.await("three", WaitCondition.NEXT_EXIT);
    Together.all(
        "life",
        List.of(
            () -> {
              containers.start("web");
              containers.stop("web", Optional.of("KILL"), Optional.empty());
              containers.start("web");
              containers.remove("web", true);
            },
            () -> {
              containers.start("three");
              three.orTimeout(30, TimeUnit.SECONDS).join();
              containers.remove("three", false);
            },
            () -> {
              containers.start("gone");
              gone.orTimeout(30, TimeUnit.SECONDS).join();
            }));
  }
}
