package io.fairlead.cli;

import java.util.List;
import java.util.Map;

/** {@code fairlead update}: changes the limits of containers while they run. */
final class UpdateCommand implements Command {
  private final LimitFlags limits = new LimitFlags();

  @Override
  public Usage usage() {
    return Usage.of("update", "Change the limits or the restart policy of containers")
        .with(limits::describe)
        .arguments("CONTAINER...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    Map<String, Object> body = limits.fields();
    if (body.isEmpty()) {
      throw new CommandFailure(
          2, "you must provide one or more flags when using this command: see update --help");
    }
    Daemon daemon = host.daemon();
    return EachName.call(
        names,
        name -> {
          daemon.postJson("/containers/" + Daemon.escape(name) + "/update", body);
          return name;
        });
  }
}
