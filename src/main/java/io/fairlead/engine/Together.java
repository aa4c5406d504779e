package io.fairlead.engine;

import io.fairlead.linux.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Steps that do not need each other, side by side. */
final class Together {
  private Together() {}

  /** A step on a thread of its own. */
  static <T> FutureTask<T> begin(String threadName, Callable<T> step) {
    var task = new FutureTask<>(step);
    Thread.ofVirtual().name(threadName).start(task);
    return task;
  }

  /**
   * Does every step, whatever the others throw.
   *
   * @throws RuntimeException the first failure, the others suppressed in it
   */
  static void all(String threadName, List<Runnable> steps) {
    var tasks = new ArrayList<FutureTask<Boolean>>();
    for (var step : steps) {
      tasks.add(
          begin(
              threadName,
              () -> {
                step.run();
                return true;
              }));
    }
    RuntimeException first = null;
    for (var task : tasks) {
      try {
        Results.of(task);
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
