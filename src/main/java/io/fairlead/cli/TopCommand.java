package io.fairlead.cli;

import io.fairlead.cli.Table.Column;
import java.util.List;

/** {@code fairlead top}: lists a container's processes. */
final class TopCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("top", "List the processes of a container")
        .arguments("CONTAINER [PS-ARGUMENT]...", 1, Usage.ANY)
        .endedByArgument()
        .description(
            "Shows what 'ps -ef' on the host would. Other columns: aux, or -o pid,args; the image"
                + " needs no ps.");
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String query =
        arguments.size() == 1
            ? ""
            : "?ps_args=" + Daemon.escape(String.join(" ", arguments.subList(1, arguments.size())));
    Json list =
        host.daemon().get("/containers/" + Daemon.escape(arguments.getFirst()) + "/top" + query);
    System.out.print(table(list).text());
    return 0;
  }

  static Table table(Json list) {
    List<String> titles = list.at("Titles").items().stream().map(Json::text).toList();
    var table =
        new Table(titles.stream().map(title -> new Column(title, title)).toArray(Column[]::new));
    for (Json process : list.at("Processes").items()) {
      List<Json> values = process.items();
      String[] row = new String[titles.size() * 2];
      for (int i = 0; i < titles.size(); i++) {
        row[2 * i] = titles.get(i);
        row[2 * i + 1] = values.get(i).text();
      }
      table.add(row);
    }
    return table;
  }
}
