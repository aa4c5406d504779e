package io.fairlead.cli;

import io.fairlead.cli.Usage.Flag;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a command line by a {@link Usage}, in the ways that Docker's users write them: {@code
 * --name x}, {@code --name=x}, {@code -n x}, {@code -nx}, {@code -itn x}, flags and arguments
 * mixed, nothing but arguments after {@code --}.
 */
final class Arguments {
  private final Usage usage;
  private final List<String> words;
  private final List<String> arguments = new ArrayList<>();
  private int next;
  private boolean isHelpWanted;

  private Arguments(Usage usage, List<String> words) {
    this.usage = usage;
    this.words = words;
  }

  /**
   * What is left when the flags have been handed to where they go.
   *
   * @param isHelpWanted {@code --help} was among them; nothing else counts then
   */
  record Result(List<String> arguments, boolean isHelpWanted) {}

  /**
   * @throws CommandFailure for what the usage does not have
   */
  static Result parse(Usage usage, List<String> words) {
    var reader = new Arguments(usage, words);
    reader.read();
    return new Result(reader.arguments, reader.isHelpWanted);
  }

  private void read() {
    while (next < words.size() && !isHelpWanted) {
      String word = words.get(next++);
      if (word.equals("--")) {
        takeRest();
      } else if (word.equals("--help")) {
        isHelpWanted = true;
      } else if (word.startsWith("--")) {
        readLong(word);
      } else if (word.startsWith("-") && word.length() > 1) {
        readShort(word);
      } else {
        arguments.add(word);
        if (usage.isEndedByArgument()) {
          takeRest();
        }
      }
    }
    if (!isHelpWanted) {
      checkCount();
    }
  }

  private void takeRest() {
    arguments.addAll(words.subList(next, words.size()));
    next = words.size();
  }

  private void readLong(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Flag flag = usage.flag(name).orElseThrow(() -> invalid("unknown flag: " + name));
    if (equals >= 0) {
      flag.set().accept(word.substring(equals + 1));
    } else {
      flag.set().accept(flag.isSwitch() ? "true" : value(name));
    }
  }

  /** One or more short flags; the first that takes a value takes the rest of the word. */
  private void readShort(String word) {
    for (int i = 1; i < word.length(); i++) {
      String name = "-" + word.charAt(i);
      Flag flag =
          usage
              .flag(name)
              .orElseThrow(
                  () ->
                      invalid(
                          "unknown flag: %s%s"
                              .formatted(name, word.length() > 2 ? " in " + word : "")));
      String rest = word.substring(i + 1);
      if (rest.startsWith("=")) {
        flag.set().accept(rest.substring(1));
        return;
      }
      if (!flag.isSwitch()) {
        flag.set().accept(rest.isEmpty() ? value(name) : rest);
        return;
      }
      flag.set().accept("true");
    }
  }

  private String value(String name) {
    if (next == words.size()) {
      throw invalid("flag needs a value: " + name);
    }
    return words.get(next++);
  }

  private void checkCount() {
    int count = arguments.size();
    if (count < usage.leastArguments()) {
      throw invalid(
          "%s is missing; 'fairlead %s %s'"
              .formatted(
                  usage.argumentNames().split(" ", 2)[0].replaceAll("[\\[\\].]", ""),
                  usage.name(),
                  usage.argumentNames()));
    }
    if (count > usage.mostArguments()) {
      throw invalid(
          "'%s' is one argument too many".formatted(arguments.get(usage.mostArguments())));
    }
  }

  private CommandFailure invalid(String cause) {
    return new CommandFailure(
        usage.invalidExitCode(),
        "%s (see '%s --help')".formatted(cause, ("fairlead " + usage.name()).strip()));
  }
}
