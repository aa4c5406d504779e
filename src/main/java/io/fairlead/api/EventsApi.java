package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.engine.Engine;
import io.fairlead.engine.Event;
import io.fairlead.engine.EventListener;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Events: one stream, of what was and of what comes. */
final class EventsApi {
  private final Engine engine;

  EventsApi(Engine engine) {
    this.engine = engine;
  }

  /**
   * {@code GET /events}. The head is sent at once. It ends when the time is up, or with the engine;
   * for a client that is too far behind it breaks off.
   */
  void stream(Exchange exchange) throws IOException, InterruptedException {
    Query query = exchange.query();
    Instant now = Instant.now();
    Optional<Instant> since = query.time("since", now);
    Optional<Instant> until = query.time("until", now);
    if (since.isPresent() && until.isPresent() && since.get().isAfter(until.get())) {
      throw new InvalidRequest(
          "`since` time (%s) cannot be after `until` time (%s)"
              .formatted(query.text("since").orElse(""), query.text("until").orElse("")));
    }
    var filter = new EventFilter(Filters.parse(query.text("filters"), EventFilter.KEYS));
    Thread here = Thread.currentThread();
    try (EventListener events = engine.events().listen(since, until, filter, here::interrupt)) {
      exchange.onGone(here::interrupt);
      // Closed only where it ends well: what breaks off shall not look complete.
      ResponseStream answer = exchange.stream(200, "application/json");
      for (Optional<Event> event = events.next(); event.isPresent(); event = events.next()) {
        send(event.get(), answer, events);
      }
      answer.close();
    }
  }

  private static void send(Event event, ResponseStream answer, EventListener events)
      throws IOException {
    try {
      answer.json(EventJson.of(event));
    } catch (IOException e) {
      events.checkNotCutOff();
      throw e;
    }
  }
}
