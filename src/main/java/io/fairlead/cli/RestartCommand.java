package io.fairlead.cli;

import java.util.List;
import java.util.StringJoiner;

/** {@code fairlead restart}: stops containers and starts them; their networks stay. */
final class RestartCommand implements Command {
  private final StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");

  @Override
  public Usage usage() {
    return Usage.of("restart", "Stop containers and start them again")
        .option(
            "-t, --time, --timeout",
            "SECONDS",
            "How long they have to end (default: 10, or as the container says)",
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
          daemon.post("/containers/" + Daemon.escape(name) + "/restart" + query);
          return name;
        });
  }
}
