package io.fairlead.api;

import io.netty.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets a handler's thread wait until its client has taken enough of what was written. */
final class Writability {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  void changed() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for no longer than this.
   *
   * @return false: the client has taken nothing at all meanwhile
   */
  boolean await(Channel channel, Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long before = channel.bytesBeforeWritable();
      long nanos = patience.toNanos();
      while (channel.isActive() && !channel.isWritable()) {
        if (nanos <= 0) {
          return channel.bytesBeforeWritable() < before;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws IOException if the client is gone
   */
  void await(Channel channel) throws IOException {
    lock.lock();
    try {
      while (channel.isActive() && !channel.isWritable()) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while writing to the client", e);
    } finally {
      lock.unlock();
    }
    if (!channel.isActive()) {
      throw new IOException("the client closed the connection");
    }
  }
}
