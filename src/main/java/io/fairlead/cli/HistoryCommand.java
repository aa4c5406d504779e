package io.fairlead.cli;

import io.fairlead.cli.Table.Column;
import java.time.Instant;
import java.util.List;

/** {@code fairlead history}: how an image was made, newest step first. */
final class HistoryCommand implements Command {
  private static final int WIDTH = 45;

  private final Format format = new Format();
  private boolean isQuiet;
  private boolean isWhole;

  @Override
  public Usage usage() {
    return Usage.of("history", "Tell how an image was made")
        .flag("-q, --quiet", "Ids only", on -> isQuiet = on)
        .flag("--no-trunc", "Nothing cut short", on -> isWhole = on)
        .with(format::describe)
        .arguments("IMAGE", 1, 1);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    List<Json> steps =
        host.daemon()
            .get("/images/%s/history".formatted(Daemon.path(arguments.getFirst())))
            .items();
    if (isQuiet && !format.isJson()) {
      steps.forEach(step -> System.out.println(Words.shortId(step.at("Id").text(), isWhole)));
    } else {
      format.print(table(steps, Instant.now().getEpochSecond(), isWhole));
    }
    return 0;
  }

  static Table table(List<Json> steps, long nowSeconds, boolean isWhole) {
    var table =
        new Table(
            new Column("IMAGE", "ID"),
            new Column("CREATED", "CreatedSince"),
            new Column("CREATED BY", "CreatedBy"),
            new Column("SIZE", "Size"),
            new Column("COMMENT", "Comment"));
    for (Json step : steps) {
      long created = step.at("Created").number();
      String by = step.at("CreatedBy").text().replace('\t', ' ');
      table.add(
          "ID",
          Words.shortId(step.at("Id").text(), isWhole),
          "CreatedAt",
          Instant.ofEpochSecond(created).toString(),
          "CreatedSince",
          created <= 0 ? "N/A" : Words.ago(created, nowSeconds),
          "CreatedBy",
          !isWhole && by.length() > WIDTH ? by.substring(0, WIDTH - 1) + "…" : by,
          "Size",
          Words.size(step.at("Size").number()),
          "Comment",
          step.at("Comment").text());
    }
    return table;
  }
}
