package io.fairlead.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a command is used: its flags, each with what it is for and where its value goes, and its
 * arguments. The parser and the help are both read off this.
 */
final class Usage {
  /** As many arguments as one likes. */
  static final int ANY = Integer.MAX_VALUE;

  private static final int INVALID = 2;

  private final String name;
  private final String title;
  private final List<Flag> flags = new ArrayList<>();
  private String description = "";
  private String argumentNames = "";
  private int leastArguments;
  private int mostArguments;
  private boolean isEndedByArgument;
  private int invalidExitCode = INVALID;

  /**
   * @param names {@code -a} and {@code --all}, the short ones first
   * @param valueName empty: a switch, which takes {@code true} or {@code false} after an equals
   *     sign
   * @param set given the value, for a switch {@code true} or {@code false}
   */
  record Flag(List<String> names, String valueName, String help, Consumer<String> set) {
    boolean isSwitch() {
      return valueName.isEmpty();
    }
  }

  private Usage(String name, String title) {
    this.name = name;
    this.title = title;
  }

  static Usage of(String name, String title) {
    return new Usage(name, title);
  }

  /**
   * A flag without a value.
   *
   * @param names as in {@code -a, --all}
   */
  Usage flag(String names, String help, Consumer<Boolean> set) {
    flags.add(
        new Flag(List.of(names.split(", ")), "", help, text -> set.accept(truth(names, text))));
    return this;
  }

  /** A flag with a value. */
  Usage option(String names, String valueName, String help, Consumer<String> set) {
    flags.add(new Flag(List.of(names.split(", ")), valueName, help, set));
    return this;
  }

  /** The flags that several commands share. */
  Usage with(Consumer<Usage> shared) {
    shared.accept(this);
    return this;
  }

  /**
   * @param names as the help shows them
   */
  Usage arguments(String names, int least, int most) {
    argumentNames = names;
    leastArguments = least;
    mostArguments = most;
    return this;
  }

  /** What follows the first argument belongs to it, flags too. */
  Usage endedByArgument() {
    isEndedByArgument = true;
    return this;
  }

  Usage description(String text) {
    description = text;
    return this;
  }

  /** What a wrong use ends with, where it is not 2. */
  Usage invalidExitCode(int code) {
    invalidExitCode = code;
    return this;
  }

  String name() {
    return name;
  }

  String title() {
    return title;
  }

  String description() {
    return description;
  }

  String argumentNames() {
    return argumentNames;
  }

  int leastArguments() {
    return leastArguments;
  }

  int mostArguments() {
    return mostArguments;
  }

  boolean isEndedByArgument() {
    return isEndedByArgument;
  }

  int invalidExitCode() {
    return invalidExitCode;
  }

  List<Flag> flags() {
    return flags;
  }

  Optional<Flag> flag(String flagName) {
    return flags.stream().filter(flag -> flag.names.contains(flagName)).findFirst();
  }

  private static boolean truth(String names, String text) {
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw new CommandFailure(INVALID, "%s is true or false, not '%s'".formatted(names, text));
    };
  }
}
