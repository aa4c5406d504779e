package io.fairlead.image;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The words of a Dockerfile instruction: split at blanks, quotes taken off, {@code \} before a
 * character keeps it, {@code $NAME} and {@code ${NAME}}, {@code ${NAME:-word}}, {@code
 * ${NAME:+word}} replaced outside single quotes.
 */
final class DockerfileWords {
  private final String text;
  private final Map<String, String> variables;
  private final StringBuilder word = new StringBuilder();
  private int at;

  private DockerfileWords(String text, Map<String, String> variables) {
    this.text = text;
    this.variables = variables;
  }

  static List<String> split(String text, Map<String, String> variables) {
    return new DockerfileWords(text, variables).words(true);
  }

  /** One word, blanks in it. */
  static String expand(String text, Map<String, String> variables) {
    var words = new DockerfileWords(text, variables).words(false);
    return words.isEmpty() ? "" : words.getFirst();
  }

  private List<String> words(boolean splits) {
    var words = new ArrayList<String>();
    boolean isInWord = false;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (splits && Character.isWhitespace(c)) {
        if (isInWord) {
          words.add(take());
        }
        isInWord = false;
        continue;
      }
      isInWord = true;
      switch (c) {
        case '\'' -> word.append(until('\'', false));
        case '"' -> word.append(until('"', true));
        case '$' -> word.append(variable());
        case '\\' -> word.append(at < text.length() ? text.charAt(at++) : c);
        default -> word.append(c);
      }
    }
    if (isInWord) {
      words.add(take());
    }
    return words;
  }

  private String take() {
    String taken = word.toString();
    word.setLength(0);
    return taken;
  }

  private String until(char quote, boolean expands) {
    var quoted = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        return quoted.toString();
      }
      if (expands && c == '$') {
        quoted.append(variable());
      } else if (expands
          && c == '\\'
          && at < text.length()
          && "\"$\\".indexOf(text.charAt(at)) >= 0) {
        quoted.append(text.charAt(at++));
      } else {
        quoted.append(c);
      }
    }
    throw new InvalidRequest(
        "unexpected end of statement while looking for matching %c: %s".formatted(quote, text));
  }

  private String variable() {
    if (at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      if (end < 0) {
        throw new InvalidRequest("syntax error: missing '}' in \"%s\"".formatted(text));
      }
      String inside = text.substring(at + 1, end);
      at = end + 1;
      return braced(inside);
    }
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    return start == at ? "$" : variables.getOrDefault(text.substring(start, at), "");
  }

  private String braced(String inside) {
    int end = 0;
    while (end < inside.length() && isNamePart(inside.charAt(end))) {
      end++;
    }
    String value = variables.getOrDefault(inside.substring(0, end), "");
    String modifier = inside.substring(end);
    if (end > 0 && modifier.isEmpty()) {
      return value;
    }
    if (end > 0 && modifier.startsWith(":-")) {
      return value.isEmpty() ? modifier.substring(2) : value;
    }
    if (end > 0 && modifier.startsWith(":+")) {
      return value.isEmpty() ? "" : modifier.substring(2);
    }
    throw new InvalidRequest("unsupported modifier in \"${%s}\"".formatted(inside));
  }

  private static boolean isNamePart(char c) {
    return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }
}
