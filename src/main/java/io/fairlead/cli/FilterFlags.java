package io.fairlead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** {@code --filter KEY=VALUE}, as often as one likes. */
final class FilterFlags {
  private final List<String> filters = new ArrayList<>();

  /**
   * @param keys the usual ones, for the help
   */
  void describe(Usage usage, String keys) {
    usage.option(
        "-f, --filter",
        "KEY=VALUE",
        "Only those for which it holds, as with Docker (%s)".formatted(keys),
        filters::add);
  }

  /** As a query parameter, or empty. */
  String query() {
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
