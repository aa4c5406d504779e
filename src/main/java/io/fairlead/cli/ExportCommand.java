package io.fairlead.cli;

import java.util.List;

/** {@code fairlead export}: writes a container's files to an archive. */
final class ExportCommand implements Command {
  private String file = "";

  @Override
  public Usage usage() {
    return Usage.of("export", "Write a container's files to an archive, as 'import' takes it")
        .option("-o, --output", "FILE", "The archive (default: standard output)", v -> file = v)
        .arguments("CONTAINER", 1, 1)
        .description("What is mounted in the container is not among them.");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    return Download.get(
        host, "/containers/%s/export".formatted(Daemon.escape(arguments.getFirst())), file);
  }
}
