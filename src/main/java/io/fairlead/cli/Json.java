package io.fairlead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value as it came from the daemon: a map, a list, a string, a number, a boolean or null.
 * What is missing reads as empty, so that a table may ask for what an older daemon does not send.
 * Only Jackson's tokens are used: its data binding would double the start-up time of a command.
 */
record Json(@Nullable Object value) {

  static Json parse(String text) {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      return new Json(read(parser));
    }
  }

  /** The field of that name; null where this is no object or has none. */
  Json at(String name) {
    return new Json(value instanceof Map<?, ?> map ? map.get(name) : null);
  }

  boolean isMissing() {
    return value == null;
  }

  String text() {
    return value == null ? "" : value.toString();
  }

  long number() {
    return value instanceof Number number ? number.longValue() : 0;
  }

  boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  List<Json> items() {
    var items = new ArrayList<Json>();
    if (value instanceof List<?> list) {
      list.forEach(item -> items.add(new Json(item)));
    }
    return items;
  }

  Map<String, Json> fields() {
    var fields = new LinkedHashMap<String, Json>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, field) -> fields.put(String.valueOf(name), new Json(field)));
    }
    return fields;
  }

  private static @Nullable Object read(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        var object = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, read(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        var array = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getString();
    };
  }

  /** As one line. */
  static String line(@Nullable Object value) {
    var out = new StringBuilder();
    write(value, "", "", out);
    return out.toString();
  }

  /** Over many lines, each level four spaces in, as Docker's inspect has it. */
  static String pretty(@Nullable Object value) {
    var out = new StringBuilder();
    write(value, "    ", "\n", out);
    return out.toString();
  }

  private static void write(
      @Nullable Object value, String indent, String newline, StringBuilder out) {
    switch (value) {
      case Json json -> write(json.value, indent, newline, out);
      case Map<?, ?> map -> {
        var entries = new ArrayList<Map.Entry<?, ?>>(map.entrySet());
        writeAll(
            entries,
            '{',
            '}',
            indent,
            newline,
            out,
            (entry, inner) -> {
              quote(String.valueOf(entry.getKey()), out);
              out.append(indent.isEmpty() ? ":" : ": ");
              write(entry.getValue(), indent, inner, out);
            });
      }
      case List<?> list ->
          writeAll(
              list,
              '[',
              ']',
              indent,
              newline,
              out,
              (item, inner) -> write(item, indent, inner, out));
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      case null -> out.append("null");
      default -> quote(value.toString(), out);
    }
  }

  private interface ElementWriter<T> {
    void write(T element, String newline);
  }

  private static <T> void writeAll(
      List<T> elements,
      char open,
      char close,
      String indent,
      String newline,
      StringBuilder out,
      ElementWriter<? super T> writer) {
    out.append(open);
    String separator = "";
    for (T element : elements) {
      out.append(separator).append(newline).append(indent);
      writer.write(element, newline + indent);
      separator = ",";
    }
    out.append(elements.isEmpty() ? "" : newline).append(close);
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
