package io.fairlead.api;

import io.fairlead.testing.Command;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a docker command answered, without what differs between any two runs: ids, times, addresses,
 * sizes. Two daemons that do the same give equal ones.
 */
record Answer(int exitCode, String stdout, String stderr) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private record Rule(Pattern pattern, String replacement) {
    static Rule of(String regex, String replacement) {
      return new Rule(Pattern.compile(regex), replacement);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          // The client's own log, of one of its two connections that ends before the other.
          Rule.of(
              "(?m)^time=.* level=error msg=\"(error waiting for container|Can't (add file|close tar)).*\\R?",
              ""),
          Rule.of("(sha256:)?[0-9a-f]{64}", "ID"),
          Rule.of("\\b[0-9a-f]{12}\\b", "ID"),
          Rule.of(
              "\\d{4}-\\d\\d-\\d\\d[T ][0-9:.]+( ?[+-]\\d{4} \\w+|Z|[+-]\\d\\d:\\d\\d)?", "TIME"),
          Rule.of("(About an? \\w+|Less than a second|\\d+ (second|minute|hour)s?)( ago)?", "AGE"),
          Rule.of("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC"),
          Rule.of("\\b\\d+\\.\\d+\\.\\d+\\.\\d+(/\\d+)?\\b", "ADDRESS"),
          Rule.of("\\b[0-9.]+ ?[kMG]?B\\b", "SIZE"),
          Rule.of("[ \\t]+", " "),
          Rule.of(" \\n", "\n"));

  /** How an answer is compared. */
  enum Shape {
    /** What it says, word by word. */
    TEXT {
      @Override
      String of(String stdout) {
        return normal(stdout);
      }
    },
    /** The paths and types of a document's values. */
    JSON_PATHS {
      @Override
      String of(String stdout) {
        try {
          var paths = new TreeSet<String>();
          collect("", JSON.readTree(stdout), paths);
          return String.join("\n", paths);
        } catch (JacksonException e) {
          return "no JSON: " + normal(stdout);
        }
      }
    },
    /** The exit code alone. */
    CODE {
      @Override
      String of(String stdout) {
        return "";
      }
    };

    abstract String of(String stdout);
  }

  static Answer of(Command command, Shape shape) {
    return new Answer(
        command.exitCode(),
        shape.of(command.stdout()),
        shape == Shape.CODE ? "" : normal(command.stderr()));
  }

  private static String normal(String text) {
    String normal = text;
    for (Rule rule : RULES) {
      normal = rule.pattern().matcher(normal).replaceAll(rule.replacement());
    }
    return normal.strip();
  }

  private static void collect(String path, JsonNode node, Set<String> paths) {
    switch (node.getNodeType()) {
      case OBJECT ->
          node.properties()
              .forEach(entry -> collect(path + "." + entry.getKey(), entry.getValue(), paths));
      case ARRAY -> {
        paths.add(path + "[]");
        node.forEach(element -> collect(path + "[]", element, paths));
      }
      // An absent value may be null, empty or zero, as the daemon's version likes.
      default -> paths.add(path);
    }
  }

  String text() {
    return "exit %d%n%s%n%s".formatted(exitCode, stdout, stderr).strip();
  }
}
