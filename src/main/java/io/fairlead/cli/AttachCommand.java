package io.fairlead.cli;

import java.util.List;

/** {@code fairlead attach}: joins a container that runs. */
final class AttachCommand implements Command {
  private final StreamFlags flags = new StreamFlags();
  private boolean isWithoutInput;

  @Override
  public Usage usage() {
    return Usage.of("attach", "Join the standard streams of a container that runs")
        .flag("--no-stdin", "Do not hand it standard input", on -> isWithoutInput = on)
        .with(flags::describeKeys)
        .with(flags::describeSignals)
        .arguments("CONTAINER", 1, 1)
        .description("Stays with the container until it ends, and ends with its exit code.");
  }

  @Override
  public int run(Host host, List<String> names) throws Exception {
    Daemon daemon = host.daemon();
    Json container = daemon.get("/containers/" + Daemon.escape(names.getFirst()) + "/json");
    if (!container.at("State").at("Running").isTrue()) {
      throw new CommandFailure(
          "You cannot attach to a stopped container, start it first: fairlead start "
              + names.getFirst());
    }
    flags.setTerminal(container.at("Config").at("Tty").isTrue());
    flags.setInteractive(!isWithoutInput && container.at("Config").at("OpenStdin").isTrue());
    return Attachment.of(daemon, container.at("Id").text(), flags, "next-exit").join();
  }
}
