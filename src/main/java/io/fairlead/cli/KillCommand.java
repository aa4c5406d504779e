package io.fairlead.cli;

import java.util.List;

/** {@code fairlead kill}: sends a signal to containers. */
final class KillCommand implements Command {
  private String signal = "KILL";

  @Override
  public Usage usage() {
    return Usage.of("kill", "Send a signal to running containers")
        .option(
            "-s, --signal", "SIGNAL", "Its name or number (default: KILL)", value -> signal = value)
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Daemon daemon = host.daemon();
    String query = "/kill?signal=" + Daemon.escape(signal);
    return EachName.call(
        names,
        name -> {
          daemon.post("/containers/" + Daemon.escape(name) + query);
          return name;
        });
  }
}
