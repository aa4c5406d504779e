package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/**
 * The {@code filters} of a listing: all keys must agree, and of a key's values one (of labels:
 * all). Clients write them as {@code {"label":{"a=b":true}}} or as {@code {"label":["a=b"]}}.
 */
record Filters(Map<String, Set<String>> byKey) {

  /**
   * @param known the keys that this listing understands
   * @throws InvalidRequest for another key, or for what is not JSON of either form
   */
  static Filters parse(Optional<String> text, Set<String> known) {
    if (text.isEmpty()) {
      return new Filters(Map.of());
    }
    Map<String, Set<String>> byKey = new LinkedHashMap<>();
    JsonNode filters = Json.any(text.get().getBytes(StandardCharsets.UTF_8));
    if (!filters.isObject()) {
      throw new InvalidRequest("invalid filter: expected a JSON object, got " + Json.kind(filters));
    }
    for (Map.Entry<String, JsonNode> filter : filters.properties()) {
      if (!known.contains(filter.getKey())) {
        throw new InvalidRequest("invalid filter '%s'".formatted(filter.getKey()));
      }
      byKey.put(filter.getKey(), values(filter.getKey(), filter.getValue()));
    }
    return new Filters(byKey);
  }

  private static Set<String> values(String key, JsonNode node) {
    Set<String> values = new LinkedHashSet<>();
    if (node.isArray()) {
      for (JsonNode value : node) {
        values.add(value.asString());
      }
    } else if (node.isObject()) {
      for (Map.Entry<String, JsonNode> value : node.properties()) {
        if (value.getValue().asBoolean(false)) {
          values.add(value.getKey());
        }
      }
    } else if (node.isString()) {
      values.add(node.stringValue());
    } else {
      throw new InvalidRequest(
          "invalid filter '%s': expected a list of values, got %s".formatted(key, Json.kind(node)));
    }
    return values;
  }

  boolean has(String key) {
    return !of(key).isEmpty();
  }

  Set<String> of(String key) {
    return byKey.getOrDefault(key, Set.of());
  }

  /** Whether the key was not asked for, or one of its values fits. */
  boolean allows(String key, Predicate<String> fits) {
    Set<String> values = of(key);
    return values.isEmpty() || values.stream().anyMatch(fits);
  }

  /** As {@link #allows}, where a value is a text itself or a regular expression found in it. */
  boolean matches(String key, String text) {
    return allows(key, value -> value.equals(text) || found(key, value, text));
  }

  private static boolean found(String key, String expression, String text) {
    try {
      return Pattern.compile(expression).matcher(text).find();
    } catch (PatternSyntaxException e) {
      throw new InvalidRequest(
          "invalid filter '%s=%s': %s".formatted(key, expression, e.getDescription()), e);
    }
  }

  /** Whether every label asked for ({@code name}, or {@code name=value}) is among these. */
  boolean allowsLabels(Map<String, String> labels) {
    return of("label").stream().allMatch(wanted -> hasLabel(labels, wanted))
        && of("label!").stream().noneMatch(unwanted -> hasLabel(labels, unwanted));
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  /** A filter that is true or false; empty if it was not asked for. */
  Optional<Boolean> flag(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (of(key).iterator().next()) {
          case "1", "true", "True", "TRUE", "t" -> true;
          case "0", "false", "False", "FALSE", "f" -> false;
          default ->
              throw new InvalidRequest(
                  "invalid filter '%s=%s': expected true or false"
                      .formatted(key, of(key).iterator().next()));
        });
  }
}
