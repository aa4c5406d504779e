package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.fairlead.engine.Event;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An event in {@code GET /events}.
 *
 * @param status with {@code id} and {@code from} the form of long ago, which containers and images
 *     still have
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"status", "id", "from", "Type", "Action", "Actor", "scope", "time", "timeNano"})
record EventJson(
    @JsonProperty("status") Optional<String> status,
    @JsonProperty("id") Optional<String> id,
    @JsonProperty("from") Optional<String> from,
    String type,
    String action,
    Actor actor,
    @JsonProperty("scope") String scope,
    @JsonProperty("time") long seconds,
    @JsonProperty("timeNano") long nanoseconds) {

  record Actor(@JsonProperty("ID") String id, Map<String, String> attributes) {}

  static EventJson of(Event event) {
    boolean hasOldForm = event.type() == Event.Type.CONTAINER || event.type() == Event.Type.IMAGE;
    return new EventJson(
        Optional.of(event.action()).filter(_ -> hasOldForm),
        Optional.of(event.id()).filter(id -> hasOldForm && !id.isEmpty()),
        Optional.ofNullable(event.attributes().get("image"))
            .filter(_ -> event.type() == Event.Type.CONTAINER),
        word(event.type()),
        event.action(),
        new Actor(event.id(), new TreeMap<>(event.attributes())),
        "local",
        event.at().getEpochSecond(),
        ChronoUnit.NANOS.between(Instant.EPOCH, event.at()));
  }

  static String word(Event.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
