package io.fairlead.engine;

import io.fairlead.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** One who listens to events, and what was told and not heard yet: a bounded number. */
public final class EventListener implements AutoCloseable {
  static final int MAX_BEHIND = 4096;
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private final Optional<Instant> until;
  private final Predicate<Event> wanted;
  private final Runnable onCutOff;
  private final Consumer<EventListener> onClose;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Event> unheard = new ArrayDeque<>();
  private boolean isCutOff;
  private boolean isEnded;

  EventListener(
      Optional<Instant> until,
      Predicate<Event> wanted,
      Runnable onCutOff,
      Consumer<EventListener> onClose) {
    this.until = until;
    this.wanted = wanted;
    this.onCutOff = onCutOff;
    this.onClose = onClose;
  }

  void offer(Event event) {
    if (!wanted.test(event)) {
      return;
    }
    lock.lock();
    try {
      if (unheard.size() >= MAX_BEHIND && !isCutOff) {
        isCutOff = true;
        unheard.clear();
        onCutOff.run();
      } else if (!isCutOff) {
        unheard.add(event);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      isEnded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next event.
   *
   * @return empty when there will be no more: the time is up, or the engine closed
   * @throws Unavailable if this listener was too far behind
   */
  public Optional<Event> next() throws InterruptedException {
    lock.lock();
    try {
      long millis = millisLeft();
      while (unheard.isEmpty() && !isEnded && !isCutOff && millis >= 0) {
        var _ = changed.await(millis + 1, TimeUnit.MILLISECONDS);
        millis = millisLeft();
      }
      checkNotCutOff();
      return Optional.ofNullable(unheard.poll());
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws Unavailable if this listener was too far behind
   */
  public void checkNotCutOff() {
    lock.lock();
    try {
      if (isCutOff) {
        throw new Unavailable(
            "cut off: this listener was more than %d events behind; ask again with since"
                .formatted(MAX_BEHIND));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Negative when the time is up. */
  private long millisLeft() {
    return until
        .map(end -> Duration.between(Instant.now(), end))
        .filter(left -> left.compareTo(LONGEST_WAIT) < 0)
        .orElse(LONGEST_WAIT)
        .toMillis();
  }

  @Override
  public void close() {
    onClose.accept(this);
  }
}
