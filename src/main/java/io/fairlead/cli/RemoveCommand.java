package io.fairlead.cli;

import java.util.List;

/** {@code fairlead rm}: removes containers. */
final class RemoveCommand implements Command {
  private boolean isForced;

  @Override
  public Usage usage() {
    return Usage.of("rm", "Remove containers")
        .flag(
            "-f, --force",
            "Running ones too: they are killed; one that is not there is no error",
            on -> isForced = on)
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    return EachName.call(names, name -> remove(daemon, name));
  }

  private String remove(Daemon daemon, String name) {
    try {
      daemon.delete("/containers/" + Daemon.escape(name) + (isForced ? "?force=1" : ""));
      return name;
    } catch (Refusal e) {
      if (isForced && e.status() == 404) {
        Say.line(e.text());
        return "";
      }
      throw e;
    }
  }
}
