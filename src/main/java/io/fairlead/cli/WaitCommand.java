package io.fairlead.cli;

import java.util.List;

/** {@code fairlead wait}: waits for containers to end, and prints their exit codes. */
final class WaitCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("wait", "Wait for containers to end, and print their exit codes")
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    return EachName.call(
        names,
        name -> {
          Json end = daemon.post("/containers/" + Daemon.escape(name) + "/wait");
          return String.valueOf(end.at("StatusCode").number());
        });
  }
}
