package io.fairlead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** The flags of every command that lists: which objects, and how they are printed. */
final class ListFlags {
  private final Format format = new Format();
  private final List<String> filters = new ArrayList<>();
  private boolean isQuiet;
  private boolean isWhole;

  void describe(Usage usage) {
    usage
        .flag("-q, --quiet", "Ids only", on -> isQuiet = on)
        .flag("--no-trunc", "Nothing cut short", on -> isWhole = on)
        .option(
            "-f, --filter",
            "KEY=VALUE",
            "Only those for which it holds, as with Docker (name=, id=, label=, ...)",
            filters::add)
        .with(format::describe);
  }

  boolean isWhole() {
    return isWhole;
  }

  interface Rows {
    Table of(List<Json> objects);
  }

  void print(Json objects, Rows rows) {
    if (isQuiet && !format.isJson()) {
      objects.items().stream()
          .map(object -> Words.shortId(object.at("Id").text(), isWhole))
          .distinct()
          .forEach(System.out::println);
    } else {
      format.print(rows.of(objects.items()));
    }
  }

  /** As a query parameter, or empty. */
  String filterQuery() {
    var map = new LinkedHashMap<String, List<String>>();
    for (String filter : filters) {
      int equals = filter.indexOf('=');
      if (equals < 1) {
        throw new CommandFailure(2, "--filter %s: expected KEY=VALUE".formatted(filter));
      }
      map.computeIfAbsent(filter.substring(0, equals), key -> new ArrayList<>())
          .add(filter.substring(equals + 1));
    }
    return map.isEmpty() ? "" : "&filters=" + Daemon.escape(Json.line(map));
  }
}
