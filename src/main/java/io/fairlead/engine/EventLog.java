package io.fairlead.engine;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What happened in an engine since it was opened, in order: the latest events, and listeners that
 * get the coming ones. Telling never waits for a listener; one that is too far behind is cut off.
 */
public final class EventLog {
  /** As many as Docker keeps for those who ask for earlier ones. */
  static final int KEPT = 256;

  private final Object lock = new Object();
  private final Deque<Event> kept = new ArrayDeque<>(KEPT);
  private final Set<EventListener> listeners = new LinkedHashSet<>();
  private Instant last = Instant.EPOCH;
  private boolean isClosed;

  void tell(Event.Type type, String action, String id, Map<String, String> attributes) {
    Map<String, String> fixed = Collections.unmodifiableMap(attributes);
    synchronized (lock) {
      Instant now = Instant.now();
      last = now.isAfter(last) ? now : last.plusNanos(1);
      var event = new Event(type, action, id, fixed, last);
      if (kept.size() == KEPT) {
        kept.removeFirst();
      }
      kept.addLast(event);
      listeners.forEach(listener -> listener.offer(event));
    }
  }

  /**
   * Listens from now on, and first to those kept events that lie between; without a bound to none
   * of them. None is missed and none comes twice.
   *
   * @param until after it there is nothing more; may lie in the past
   * @param wanted is asked while an event is told: it only looks at it
   * @param onCutOff is run when the listener is too far behind; shall wake whoever is busy with it
   */
  public EventListener listen(
      Optional<Instant> since,
      Optional<Instant> until,
      Predicate<Event> wanted,
      Runnable onCutOff) {
    var listener =
        new EventListener(
            until,
            event -> until.map(end -> !event.at().isAfter(end)).orElse(true) && wanted.test(event),
            onCutOff,
            this::forget);
    synchronized (lock) {
      if (since.isPresent() || until.isPresent()) {
        kept.stream()
            .filter(event -> since.map(begin -> !event.at().isBefore(begin)).orElse(true))
            .forEach(listener::offer);
      }
      if (isClosed) {
        listener.end();
      } else {
        listeners.add(listener);
      }
    }
    return listener;
  }

  private void forget(EventListener listener) {
    synchronized (lock) {
      listeners.remove(listener);
    }
  }

  /** Ends all listening. */
  void close() {
    List<EventListener> all;
    synchronized (lock) {
      isClosed = true;
      all = new ArrayList<>(listeners);
    }
    all.forEach(EventListener::end);
  }
}
