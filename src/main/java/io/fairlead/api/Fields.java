package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The fields of one JSON object in a request, each read as what it has to be. Null and absent are
 * the same, as with Docker.
 *
 * @param path where the object stands ({@code HostConfig.}), for messages; empty for the whole
 */
record Fields(String path, JsonNode node) {

  Fields object(String name) {
    JsonNode value = get(name);
    expect(name, value, value.isObject(), "an object");
    return new Fields(path + name + ".", value.isObject() ? value : MissingNode.getInstance());
  }

  String text(String name) {
    JsonNode value = get(name);
    expect(name, value, value.isString(), "a string");
    return value.isString() ? value.stringValue() : "";
  }

  boolean flag(String name) {
    JsonNode value = get(name);
    expect(name, value, value.isBoolean(), "true or false");
    return value.isBoolean() && value.booleanValue();
  }

  Optional<Integer> number(String name) {
    JsonNode value = get(name);
    expect(name, value, value.canConvertToInt() && value.isIntegralNumber(), "a number");
    return isAbsent(value) ? Optional.empty() : Optional.of(value.intValue());
  }

  /** A number of any size, 0 where there is none. */
  long whole(String name) {
    JsonNode value = get(name);
    expect(name, value, value.canConvertToLong() && value.isIntegralNumber(), "a number");
    return isAbsent(value) ? 0 : value.longValue();
  }

  List<String> texts(String name) {
    return optionalTexts(name).orElse(List.of());
  }

  Optional<List<String>> optionalTexts(String name) {
    JsonNode value = get(name);
    expect(name, value, value.isArray(), "a list of strings");
    return isAbsent(value) ? Optional.empty() : Optional.of(strings(name, value));
  }

  /** A command line: a list of words, or one string that is the only word. */
  Optional<List<String>> words(String name) {
    JsonNode value = get(name);
    return value.isString() ? Optional.of(List.of(value.stringValue())) : optionalTexts(name);
  }

  private List<String> strings(String name, JsonNode list) {
    List<String> strings = new ArrayList<>();
    for (JsonNode element : list) {
      expect(name, element, element.isString(), "a list of strings");
      if (element.isString()) {
        strings.add(element.stringValue());
      }
    }
    return strings;
  }

  Map<String, String> textsByKey(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String key : keys(name)) {
      texts.put(key, object(name).text(key));
    }
    return texts;
  }

  List<String> keys(String name) {
    JsonNode value = object(name).node();
    return List.copyOf(value.propertyNames());
  }

  /** The objects of a list. */
  List<Fields> objects(String name) {
    JsonNode value = get(name);
    expect(name, value, value.isArray(), "a list");
    List<Fields> objects = new ArrayList<>();
    for (JsonNode element : value) {
      expect(name, element, element.isObject(), "a list of objects");
      objects.add(new Fields(path + name + ".", element));
    }
    return objects;
  }

  JsonNode get(String name) {
    return node.path(name);
  }

  static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private void expect(String name, JsonNode value, boolean fits, String what) {
    if (!fits && !isAbsent(value)) {
      throw new InvalidRequest(
          "invalid %s%s: expected %s, got %s".formatted(path, name, what, Json.kind(value)));
    }
  }
}
