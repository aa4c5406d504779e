package io.fairlead.cli;

import java.util.List;
import java.util.StringJoiner;

/** {@code fairlead stop}: asks containers to end, and ends those that do not. */
final class StopCommand implements Command {
  private final StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");

  @Override
  public Usage usage() {
    return Usage.of("stop", "Ask containers to end; kill those that do not")
        .option(
            "-t, --time, --timeout",
            "SECONDS",
            "How long they have (default: 10, or as the container says)",
            value -> query.add("t=" + Daemon.escape(value)))
        .option(
            "-s, --signal",
            "SIGNAL",
            "The signal that asks (default: SIGTERM, or as the container says)",
            value -> query.add("signal=" + Daemon.escape(value)))
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    return EachName.call(
        names,
        name -> {
          daemon.post("/containers/" + Daemon.escape(name) + "/stop" + query);
          return name;
        });
  }
}
