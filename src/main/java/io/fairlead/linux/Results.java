package io.fairlead.linux;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What came of a task that another thread does. */
public final class Results {
  private Results() {}

  /**
   * Waits for the end, also where interrupted meanwhile: what a task opens or makes must be known.
   *
   * @throws RuntimeException what the task threw
   */
  public static <T> T of(Future<T> task) {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          isInterrupted = true;
        } catch (ExecutionException e) {
          throw failure(e);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the task threw, to be thrown on. */
  public static RuntimeException failure(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException cause -> cause;
      case Error cause -> throw cause;
      case null, default -> new IllegalStateException(e.getCause());
    };
  }
}
