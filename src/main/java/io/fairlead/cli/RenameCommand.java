package io.fairlead.cli;

import java.util.List;

/** {@code fairlead rename}: gives a container another name. */
final class RenameCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("rename", "Give a container another name").arguments("CONTAINER NAME", 2, 2);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    host.daemon()
        .post(
            "/containers/%s/rename?name=%s"
                .formatted(
                    Daemon.escape(arguments.getFirst()), Daemon.escape(arguments.getLast())));
    return 0;
  }
}
