package io.fairlead.linux;

import io.fairlead.Unavailable;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One platform thread that entered a network namespace once, and does there what callers hand it: a
 * thread made for each call would cost more than the calls.
 */
public final class NamespaceThread implements AutoCloseable {
  private static final int MAX_WAITING = 1024;

  private final ThreadPoolExecutor executor;
  private final Object identity;

  /**
   * @throws KernelException if the namespace cannot be entered
   */
  public NamespaceThread(NetNamespace namespace, String name) {
    // A core thread without timeout is the only one for as long as this lives.
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name(name).daemon().factory());
    try {
      identity =
          onThread(
              () -> {
                namespace.enter();
                return NetNamespace.identityOfThisThread();
              });
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Runs an action inside and waits for it to its end: on the calling thread where that is inside
   * already (two changes of thread saved), else on this one, after those that came before.
   *
   * @param action must not wait for another thread: a virtual one might go on in another namespace
   */
  public <T> T call(Callable<T> action) {
    if (!NetNamespace.identityOfThisThread().equals(identity)) {
      return onThread(action);
    }
    try {
      return action.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("in a namespace's thread", e);
    }
  }

  private <T> T onThread(Callable<T> action) {
    Future<T> result;
    try {
      result = executor.submit(action);
    } catch (RejectedExecutionException e) {
      throw new Unavailable(
          "the engine is closing, or %d requests wait already".formatted(MAX_WAITING), e);
    }
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          isInterrupted = true; // what the action opens must not be lost
        } catch (ExecutionException e) {
          throw unwrapped(e);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unwrapped(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException cause -> cause;
      case Error cause -> throw cause;
      case null, default -> new IllegalStateException("in a namespace's thread", e);
    };
  }

  /** Lets what was handed in finish, and ends the thread. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
