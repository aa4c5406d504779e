package io.fairlead.cli;

import io.fairlead.cli.Table.Column;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** {@code fairlead ps}: lists containers. */
final class PsCommand implements Command {
  private static final int COMMAND_WIDTH = 20;

  private final ListFlags flags = new ListFlags();
  private boolean isAll;
  private boolean isSizeShown;

  @Override
  public Usage usage() {
    return Usage.of("ps", "List containers")
        .flag("-a, --all", "Those that do not run too", on -> isAll = on)
        .flag("-s, --size", "How large their roots are, too", on -> isSizeShown = on)
        .with(flags::describe);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String query = "all=" + (isAll ? 1 : 0) + (isSizeShown ? "&size=1" : "") + flags.filterQuery();
    flags.print(
        host.daemon().get("/containers/json?" + query),
        containers -> table(containers, Instant.now().getEpochSecond(), flags.isWhole()));
    return 0;
  }

  static Table table(List<Json> containers, long nowSeconds, boolean isWhole) {
    var columns =
        new ArrayList<>(
            List.of(
                new Column("CONTAINER ID", "ID"),
                new Column("IMAGE", "Image"),
                new Column("COMMAND", "Command"),
                new Column("CREATED", "RunningFor"),
                new Column("STATUS", "Status"),
                new Column("PORTS", "Ports"),
                new Column("NAMES", "Names")));
    if (containers.stream().anyMatch(container -> !container.at("SizeRootFs").isMissing())) {
      columns.add(new Column("SIZE", "Size"));
    }
    var table = new Table(columns.toArray(Column[]::new));
    for (Json container : containers) {
      long created = container.at("Created").number();
      table.add(
          "ID", Words.shortId(container.at("Id").text(), isWhole),
          "Names", names(container),
          "Image", container.at("Image").text(),
          "Command", command(container.at("Command").text(), isWhole),
          "CreatedAt", Instant.ofEpochSecond(created).toString(),
          "RunningFor", Words.ago(created, nowSeconds),
          "State", container.at("State").text(),
          "Status", container.at("Status").text(),
          "Ports", PortWords.list(container.at("Ports")),
          "Networks", networks(container),
          "Labels", labels(container),
          "Size", size(container));
    }
    return table;
  }

  private static String size(Json container) {
    return container.at("SizeRootFs").isMissing()
        ? ""
        : "%s (virtual %s)"
            .formatted(
                Words.size(container.at("SizeRw").number()),
                Words.size(container.at("SizeRootFs").number()));
  }

  private static String command(String command, boolean isWhole) {
    boolean isLong = !isWhole && command.length() > COMMAND_WIDTH;
    return '"' + (isLong ? command.substring(0, COMMAND_WIDTH - 1) + "…" : command) + '"';
  }

  private static String names(Json container) {
    var names = new StringJoiner(",");
    container.at("Names").items().forEach(name -> names.add(name.text().replaceFirst("^/", "")));
    return names.toString();
  }

  private static String networks(Json container) {
    return String.join(",", container.at("NetworkSettings").at("Networks").fields().keySet());
  }

  private static String labels(Json container) {
    var labels = new StringJoiner(",");
    container.at("Labels").fields().forEach((name, value) -> labels.add(name + "=" + value.text()));
    return labels.toString();
  }
}
