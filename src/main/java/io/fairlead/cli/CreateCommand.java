package io.fairlead.cli;

import java.util.List;

/** {@code fairlead create}: makes a container and does not start it. */
final class CreateCommand implements Command {
  private final CreateFlags flags = new CreateFlags();

  @Override
  public Usage usage() {
    return Usage.of("create", "Make a container from an image, for a later start")
        .with(flags::describe)
        .arguments("IMAGE [COMMAND [ARGUMENT]...]", 1, Usage.ANY)
        .endedByArgument();
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String query = flags.name().isEmpty() ? "" : "?name=" + Daemon.escape(flags.name());
    Json created =
        host.daemon()
            .postJson(
                "/containers/create" + query,
                flags.body(
                    arguments.getFirst(),
                    arguments.subList(1, arguments.size()),
                    true,
                    System::getenv));
    created.at("Warnings").items().forEach(warning -> Say.line("warning: " + warning.text()));
    System.out.println(created.at("Id").text());
    return 0;
  }
}
