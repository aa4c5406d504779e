package io.fairlead.cli;

import io.fairlead.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the program begins, and where what it throws becomes a message and an exit code. */
public final class Main {
  private static final int BROKEN_PIPE = 141;

  private String host = Optional.ofNullable(System.getenv("FAIRLEAD_HOST")).orElse("");

  private Main() {}

  public static void main(String[] args) {
    int exitCode = execute(List.of(args));
    System.out.flush();
    System.exit(exitCode);
  }

  /**
   * @return the exit code
   */
  static int execute(List<String> words) {
    int failureCode = 1;
    try {
      var main = new Main();
      Arguments.Result outer = Arguments.parse(main.usage(), words);
      List<String> rest = outer.arguments();
      if (outer.isHelpWanted() || rest.equals(List.of("help"))) {
        System.out.print(help(main.usage()));
        return 0;
      }
      if (rest.isEmpty()) {
        System.err.print(help(main.usage()));
        return 2;
      }
      Named named = find(rest);
      Usage usage = named.command.usage();
      failureCode = named.command instanceof RunCommand ? RunCommand.ENGINE_FAILED : 1;
      Arguments.Result inner = Arguments.parse(usage, rest.subList(named.words, rest.size()));
      if (inner.isHelpWanted()) {
        System.out.print(Help.of(usage));
        return 0;
      }
      return named.command.run(Host.of(main.host), inner.arguments());
    } catch (Exception e) {
      return explain(e, failureCode);
    }
  }

  private Usage usage() {
    return Usage.of("", "A container engine for Linux whose heart is the network.")
        .option(
            "-H, --host",
            "unix://PATH",
            "The daemon's socket (default: $FAIRLEAD_HOST, else unix://" + Host.USUAL_SOCKET + ")",
            value -> host = value)
        .arguments("COMMAND", 0, Usage.ANY)
        .description(
            "Runs containers as Docker does, with the same flags. The first command that needs the"
                + " daemon starts it.")
        .endedByArgument();
  }

  /**
   * @param words how many of the command line name it
   */
  private record Named(Command command, int words) {}

  private static Named find(List<String> rest) {
    String first = rest.getFirst();
    if (first.equals(RehearseCommand.NAME)) {
      return new Named(new RehearseCommand(), 1);
    }
    if (rest.size() > 1) {
      @Nullable Supplier<Command> both = Commands.table().get(first + " " + rest.get(1));
      if (both != null) {
        return new Named(both.get(), 2);
      }
    }
    @Nullable Supplier<Command> one = Commands.table().get(first);
    if (one != null) {
      return new Named(one.get(), 1);
    }
    List<String> group =
        Commands.table().keySet().stream().filter(name -> name.startsWith(first + " ")).toList();
    throw new CommandFailure(
        2,
        group.isEmpty()
            ? "there is no command '%s' (see 'fairlead --help')".formatted(first)
            : "expected one of: fairlead " + String.join(", fairlead ", group));
  }

  private static String help(Usage usage) {
    var out = new StringBuilder(Help.of(usage)).append("\nCommands:\n");
    Commands.table()
        .forEach((name, command) -> Help.line(out, name, command.get().usage().title()));
    return out.append(
            """

            'fairlead COMMAND --help' tells more of one. docker, Compose and Testcontainers reach the same
            daemon with
              export DOCKER_HOST=unix://%s
            """
                .formatted(Host.USUAL_SOCKET))
        .toString();
  }

  private static int explain(Exception e, int failureCode) {
    return switch (e) {
      case CommandFailure failure -> {
        Say.line(failure.text());
        yield failure.exitCode() == 1 ? failureCode : failure.exitCode();
      }
      case Failure failure -> {
        Say.line(String.valueOf(failure.getMessage()));
        yield failureCode;
      }
      case IOException broken when "Broken pipe".equals(broken.getMessage()) -> BROKEN_PIPE;
      default -> {
        Say.line(e.toString());
        if (Boolean.getBoolean("fairlead.trace")) {
          e.printStackTrace();
        }
        yield failureCode;
      }
    };
  }
}
