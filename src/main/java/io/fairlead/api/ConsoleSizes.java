package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.runtime.ConsoleSize;
import tools.jackson.databind.JsonNode;

/**
 * A terminal's size as clients say it: {@code "ConsoleSize":[HEIGHT,WIDTH]}, or {@code h} and
 * {@code w}.
 */
final class ConsoleSizes {
  /** What conmon takes at most; a larger one would be dropped without a word. */
  private static final int MAX = 1000;

  private ConsoleSizes() {}

  /** The field of an object; absent: unknown. */
  static ConsoleSize of(Fields fields) {
    JsonNode value = fields.get("ConsoleSize");
    if (Fields.isAbsent(value)) {
      return ConsoleSize.UNKNOWN;
    }
    if (!value.isArray() || value.size() != 2 || !isSide(value.get(0)) || !isSide(value.get(1))) {
      throw new InvalidRequest(
          "invalid %sConsoleSize: expected [HEIGHT,WIDTH], each from 0 to %d"
              .formatted(fields.path(), MAX));
    }
    return new ConsoleSize(value.get(0).intValue(), value.get(1).intValue());
  }

  private static boolean isSide(JsonNode value) {
    return value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= 0
        && value.intValue() <= MAX;
  }

  /** The query of a resize. */
  static ConsoleSize of(Query query) {
    return new ConsoleSize(side(query, "h", "height"), side(query, "w", "width"));
  }

  private static int side(Query query, String name, String word) {
    String text = query.text(name).orElse("");
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) > MAX) {
      throw new InvalidRequest(
          "invalid resize %s \"%s\": expected %s=0..%d".formatted(word, text, name, MAX));
    }
    return Integer.parseInt(text);
  }
}
