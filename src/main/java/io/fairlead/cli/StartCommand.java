package io.fairlead.cli;

import java.util.List;

/** {@code fairlead start}: starts containers that are there. */
final class StartCommand implements Command {
  private final StreamFlags streams = new StreamFlags();
  private boolean isAttached;
  private boolean isInteractive;

  @Override
  public Usage usage() {
    return Usage.of("start", "Start containers that are there")
        .flag(
            "-a, --attach",
            "Stay with it: show its output, pass signals on, end with its exit code",
            on -> isAttached = on)
        .flag("-i, --interactive", "Hand it standard input too", on -> isInteractive = on)
        .with(streams::describeKeys)
        .with(streams::describeSignals)
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) throws Exception {
    Daemon daemon = host.daemon();
    if (!isAttached && !isInteractive) {
      return EachName.call(
          names,
          name -> {
            daemon.post("/containers/" + Daemon.escape(name) + "/start");
            return name;
          });
    }
    if (names.size() != 1) {
      throw new CommandFailure(2, "with -a or -i one container is started at a time");
    }
    Json container = daemon.get("/containers/" + Daemon.escape(names.getFirst()) + "/json");
    streams.setTerminal(container.at("Config").at("Tty").isTrue());
    streams.setInteractive(isInteractive && container.at("Config").at("OpenStdin").isTrue());
    return Attachment.of(daemon, container.at("Id").text(), streams, "next-exit").start(() -> {});
  }
}
