package io.fairlead.linux;

import io.fairlead.Unavailable;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;

/**
 * One platform thread that entered a network namespace once, and does there what callers hand it: a
 * thread made for each call would cost more than the calls.
 */
public final class NamespaceThread implements AutoCloseable {
  private static final int MAX_WAITING = 1024;

  private final HandbackThread thread;
  private final Object identity;

  /**
   * @throws KernelException if the namespace cannot be entered
   */
  public NamespaceThread(NetNamespace namespace, String name) {
    thread = new HandbackThread(MAX_WAITING, Thread.ofPlatform().name(name).daemon().factory());
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
    var result = new Handback<>(action);
    try {
      thread.execute(result);
    } catch (RejectedExecutionException e) {
      throw new Unavailable(
          "the engine is closing, or %d requests wait already".formatted(MAX_WAITING), e);
    }
    return Results.of(result);
  }

  /** Lets what was handed in finish, and ends the thread. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
