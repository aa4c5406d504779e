package io.fairlead.cli;

import java.util.List;

/** {@code fairlead diff}: lists what a container has otherwise than its image. */
final class DiffCommand implements Command {
  /** By Docker's numbers for the kinds. */
  private static final List<String> LETTERS = List.of("C", "A", "D");

  @Override
  public Usage usage() {
    return Usage.of("diff", "List what a container has otherwise than its image")
        .arguments("CONTAINER", 1, 1)
        .description("A: added, C: changed, D: deleted.");
  }

  @Override
  public int run(Host host, List<String> arguments) {
    host.daemon()
        .get("/containers/%s/changes".formatted(Daemon.escape(arguments.getFirst())))
        .items()
        .forEach(
            change ->
                System.out.println(
                    LETTERS.get((int) change.at("Kind").number())
                        + " "
                        + change.at("Path").text()));
    return 0;
  }
}
