package io.fairlead.linux;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one platform thread that does {@link Handback}s, in their order, until it is shut down. It is
 * handed them without a lock: one that it gave free would wake a virtual thread after all.
 */
public final class HandbackThread extends ThreadPoolExecutor {
  /**
   * @param mostWaiting more are rejected
   */
  public HandbackThread(int mostWaiting, ThreadFactory factory) {
    // A core thread without timeout is the only one for as long as this lives.
    super(1, 1, 0, TimeUnit.SECONDS, new Waiting(mostWaiting), factory);
  }

  /** Bounded, which the lock-free queue is not by itself. */
  private static final class Waiting extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1;

    private final int most;
    private final AtomicInteger count = new AtomicInteger();

    Waiting(int most) {
      this.most = most;
    }

    @Override
    public boolean offer(Runnable task) {
      if (count.incrementAndGet() > most) {
        count.decrementAndGet();
        return false;
      }
      return super.offer(task);
    }

    @Override
    public Runnable take() throws InterruptedException {
      Runnable task = super.take();
      count.decrementAndGet();
      return task;
    }

    @Override
    public Runnable poll() {
      Runnable task = super.poll();
      if (task != null) {
        count.decrementAndGet();
      }
      return task;
    }
  }
}
