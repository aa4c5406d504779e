package io.fairlead.cli;

import java.util.List;

/** The flags of every command that lists: which objects, and how they are printed. */
final class ListFlags {
  private final Format format = new Format();
  private final FilterFlags filters = new FilterFlags();
  private boolean isQuiet;
  private boolean isWhole;

  void describe(Usage usage) {
    usage
        .flag("-q, --quiet", "Ids only", on -> isQuiet = on)
        .flag("--no-trunc", "Nothing cut short", on -> isWhole = on)
        .with(flags -> filters.describe(flags, "name=, id=, label=, ..."))
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
    return filters.query();
  }
}
