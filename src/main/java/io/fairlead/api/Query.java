package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters behind a request's question mark. An empty value counts as absent. */
record Query(Map<String, List<String>> values) {
  private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");
  private static final Pattern UNIX_TIME = Pattern.compile("(-?\\d{1,12})(?:\\.(\\d{1,9}))?");
  private static final Pattern GO_DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|h|m|s)");

  static Query parse(String uri) {
    try {
      return new Query(new QueryStringDecoder(uri).parameters());
    } catch (IllegalArgumentException e) {
      throw new InvalidRequest("malformed query: " + e.getMessage(), e);
    }
  }

  Optional<String> text(String name) {
    List<String> all = values.getOrDefault(name, List.of());
    return all.isEmpty() || all.getFirst().isEmpty()
        ? Optional.empty()
        : Optional.of(all.getFirst());
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** Docker takes everything for true but a few words. */
  boolean flag(String name) {
    return text(name).map(value -> !FALSE.contains(value.toLowerCase(Locale.ROOT))).orElse(false);
  }

  OptionalInt number(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(text.get()));
    } catch (NumberFormatException e) {
      throw new InvalidRequest("invalid %s=%s: expected a number".formatted(name, text.get()), e);
    }
  }

  /**
   * A point in time: unix seconds with or without a fraction, RFC 3339, or how long ago ({@code
   * 1h30m}). Zero counts as absent, as with Docker.
   */
  Optional<Instant> time(String name, Instant now) {
    return text(name).flatMap(text -> time(name, text, now));
  }

  static Optional<Instant> time(String name, String text, Instant now) {
    if (text.equals("0")) {
      return Optional.empty();
    }
    Matcher unix = UNIX_TIME.matcher(text);
    if (unix.matches()) {
      String fraction = unix.group(2) == null ? "" : unix.group(2);
      long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(unix.group(1)), nanos));
    }
    Matcher duration = GO_DURATION.matcher(text);
    if (duration.replaceAll("").isEmpty()) {
      return Optional.of(now.minus(sum(duration)));
    }
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      throw new InvalidRequest(
          "invalid %s=%s: expected unix seconds, RFC 3339, or a duration like 1h30m"
              .formatted(name, text),
          e);
    }
  }

  private static Duration sum(Matcher parts) {
    Duration sum = Duration.ZERO;
    parts.reset();
    while (parts.find()) {
      double unitMillis =
          switch (parts.group(2)) {
            case "h" -> 3_600_000;
            case "m" -> 60_000;
            case "s" -> 1_000;
            default -> 1;
          };
      sum = sum.plusMillis((long) (Double.parseDouble(parts.group(1)) * unitMillis));
    }
    return sum;
  }
}
