package io.fairlead.cli;

import java.util.List;
import java.util.StringJoiner;

/**
 * {@code fairlead stop} asks containers to end, and ends those that do not; {@code fairlead
 * restart} starts them then, and their networks stay.
 */
final class StopCommand implements Command {
  private final String verb;
  private final String summary;
  private final String patience;
  private final StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");

  private StopCommand(String verb, String summary, String patience) {
    this.verb = verb;
    this.summary = summary;
    this.patience = patience;
  }

  static StopCommand stop() {
    return new StopCommand(
        "stop",
        "Ask containers to end; kill those that do not",
        "How long they have (default: 10, or as the container says)");
  }

  static StopCommand restart() {
    return new StopCommand(
        "restart",
        "Stop containers and start them again",
        "How long they have to end (default: 10, or as the container says)");
  }

  @Override
  public Usage usage() {
    return Usage.of(verb, summary)
        .option(
            "-t, --time, --timeout",
            "SECONDS",
            patience,
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
          daemon.post("/containers/" + Daemon.escape(name) + "/" + verb + query);
          return name;
        });
  }
}
