package io.fairlead.engine;

import io.fairlead.Unavailable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One lock for each container that is being worked on, so that one container's steps never mix and
 * different containers never wait for each other. It is the engine's door too: once closed, nobody
 * gets in, and the closer waits for those inside.
 */
final class ContainerLocks {
  private final Map<String, Entry> entries = new HashMap<>();
  private boolean isClosed;

  private static final class Entry {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  /** A lock that is held until this is closed, by the thread that took it. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a container's lock, waiting for it.
   *
   * @throws Unavailable if the engine is closing
   */
  Held hold(String containerId) {
    Entry entry = enter(containerId);
    entry.lock.lock();
    return () -> {
      entry.lock.unlock();
      leave(containerId, entry);
    };
  }

  private synchronized Entry enter(String containerId) {
    if (isClosed) {
      throw new Unavailable("the engine is closing; ask again when it is back");
    }
    Entry entry = entries.computeIfAbsent(containerId, id -> new Entry());
    entry.users++;
    return entry;
  }

  private synchronized void leave(String containerId, Entry entry) {
    entry.users--;
    if (entry.users == 0) {
      entries.remove(containerId);
      notifyAll();
    }
  }

  /** Lets nobody in any more, and waits until all are out. */
  synchronized void close() {
    isClosed = true;
    boolean wasInterrupted = false;
    while (!entries.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many containers are being worked on. */
  synchronized int size() {
    return entries.size();
  }
}
