package io.fairlead.cli;

import java.util.List;

/** {@code fairlead network inspect}: everything known of networks. */
final class NetworkInspectCommand implements Command {
  private final Format format = new Format();

  @Override
  public Usage usage() {
    return Usage.of("network inspect", "Print everything known of networks")
        .with(format::describe)
        .arguments("NETWORK...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> names) {
    return InspectCommand.print(
        host.daemon(), names, List.of(InspectCommand.Kind.NETWORK), format.isJson());
  }
}
