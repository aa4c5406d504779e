package io.fairlead.cli;

import java.util.List;

/** {@code fairlead rmi}: removes images. */
final class RemoveImageCommand implements Command {
  private boolean isForced;

  @Override
  public Usage usage() {
    return Usage.of("rmi", "Remove images")
        .flag(
            "-f, --force",
            "One with several names, or with containers that do not run, too",
            on -> isForced = on)
        .arguments("IMAGE...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    return EachName.call(
        names,
        name -> {
          daemon
              .delete("/images/" + Daemon.path(name) + (isForced ? "?force=1" : ""))
              .items()
              .forEach(RemoveImageCommand::print);
          return "";
        });
  }

  private static void print(Json done) {
    done.fields().forEach((what, name) -> System.out.println(what + ": " + name.text()));
  }
}
