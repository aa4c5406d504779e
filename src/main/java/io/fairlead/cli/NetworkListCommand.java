package io.fairlead.cli;

import io.fairlead.cli.Table.Column;
import java.util.List;

/** {@code fairlead network ls}: lists networks. */
final class NetworkListCommand implements Command {
  private final ListFlags flags = new ListFlags();

  @Override
  public Usage usage() {
    return Usage.of("network ls", "List networks").with(flags::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    flags.print(
        host.daemon().get("/networks" + flags.filterQuery().replaceFirst("&", "?")), this::table);
    return 0;
  }

  private Table table(List<Json> networks) {
    var table =
        new Table(
            new Column("NETWORK ID", "ID"),
            new Column("NAME", "Name"),
            new Column("DRIVER", "Driver"),
            new Column("SCOPE", "Scope"));
    for (Json network : networks) {
      table.add(
          "ID", Words.shortId(network.at("Id").text(), flags.isWhole()),
          "Name", network.at("Name").text(),
          "Driver", network.at("Driver").text(),
          "Scope", network.at("Scope").text());
    }
    return table;
  }
}
