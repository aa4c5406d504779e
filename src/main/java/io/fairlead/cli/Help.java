package io.fairlead.cli;

import io.fairlead.cli.Usage.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The text of {@code --help}, from a {@link Usage}. */
final class Help {
  private static final int WIDTH = 100;
  private static final int WIDEST_LEFT = 30;

  private Help() {}

  static String of(Usage usage) {
    var out = new StringBuilder();
    out.append(usage.title()).append("\n\n");
    out.append("Usage: fairlead ").append(usage.name());
    out.append(usage.name().isEmpty() ? "" : " ").append("[OPTIONS]");
    out.append(usage.argumentNames().isEmpty() ? "" : " ").append(usage.argumentNames());
    out.append('\n');
    if (!usage.description().isEmpty()) {
      out.append('\n').append(wrapped(usage.description(), 0, WIDTH)).append('\n');
    }
    out.append("\nOptions:\n");
    for (Flag flag : usage.flags()) {
      line(out, left(flag), flag.help());
    }
    line(out, "    --help", "Print this text");
    return out.toString();
  }

  private static String left(Flag flag) {
    boolean hasShort = flag.names().stream().anyMatch(name -> name.length() == 2);
    String value = flag.isSwitch() ? "" : " " + flag.valueName();
    return (hasShort ? "" : "    ") + String.join(", ", flag.names()) + value;
  }

  /** One name and what it is for, in two columns. */
  static void line(StringBuilder out, String left, String right) {
    out.append("  ").append(left);
    if (left.length() > WIDEST_LEFT) {
      out.append('\n').repeat(' ', WIDEST_LEFT + 4);
    } else {
      out.repeat(' ', WIDEST_LEFT + 2 - left.length());
    }
    out.append(wrapped(right, WIDEST_LEFT + 4, WIDTH)).append('\n');
  }

  /** The text broken between words, its further lines so many spaces in. */
  static String wrapped(String text, int indent, int width) {
    return text.lines()
        .map(line -> wrappedLine(line, indent, width))
        .collect(Collectors.joining("\n" + " ".repeat(indent)));
  }

  private static String wrappedLine(String text, int indent, int width) {
    List<String> lines = new ArrayList<>();
    var line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && indent + line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return String.join("\n" + " ".repeat(indent), lines);
  }
}
