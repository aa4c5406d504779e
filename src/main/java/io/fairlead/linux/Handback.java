package io.fairlead.linux;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;

/**
 * A task for a thread that stands in other namespaces. Such a thread must not wake a virtual one
 * that waits for it: the JVM may make a platform thread to carry that one, which is born where its
 * maker stands (clone(2)), and carries any other later. So a thread that never left does it.
 */
public final class Handback<T> extends FutureTask<T> {
  private static final ExecutorService HOME =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("handback").daemon().factory());

  static {
    // The thread is made now: the first who hands something in later may be elsewhere.
    HOME.execute(() -> {});
  }

  private final boolean isAwaitedByVirtual = Thread.currentThread().isVirtual();

  /** Made by the one who waits. */
  public Handback(Callable<T> action) {
    super(action);
  }

  @Override
  protected void set(T result) {
    end(() -> super.set(result));
  }

  @Override
  protected void setException(Throwable failure) {
    end(() -> super.setException(failure));
  }

  private void end(Runnable ending) {
    if (isAwaitedByVirtual) {
      HOME.execute(ending);
    } else {
      ending.run();
    }
  }
}
