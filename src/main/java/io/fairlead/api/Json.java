package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** JSON as Docker writes it: names begin with a capital, and what is unknown is ignored. */
final class Json {
  /** Go's zero time, which stands for "never". */
  static final String NEVER = "0001-01-01T00:00:00Z";

  private static final DateTimeFormatter NANOSECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private Json() {}

  static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /**
   * @throws InvalidRequest if it is not one JSON object
   */
  static JsonNode object(byte[] text) {
    JsonNode node = any(text);
    if (!node.isObject()) {
      throw new InvalidRequest("invalid JSON: expected an object, got " + kind(node));
    }
    return node;
  }

  static JsonNode any(byte[] text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new InvalidRequest("invalid JSON: got EOF while reading request body");
      }
      return node;
    } catch (JacksonException e) {
      throw new InvalidRequest("invalid JSON: " + e.getOriginalMessage(), e);
    }
  }

  static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "nothing";
    };
  }

  /** RFC 3339 with nine digits of a second. */
  static String time(Instant at) {
    return NANOSECONDS.format(at);
  }

  static String time(Optional<Instant> at) {
    return at.map(Json::time).orElse(NEVER);
  }
}
