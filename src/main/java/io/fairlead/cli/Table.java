package io.fairlead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows under headings, as wide as their widest cell, three spaces apart. A row has more fields than
 * the table shows: those go out with {@code --format json}, one object a line, under Docker's
 * names.
 */
final class Table {

  /** A heading, and the field that is shown under it. */
  record Column(String heading, String field) {}

  private final List<Column> columns;
  private final List<Map<String, String>> rows = new ArrayList<>();

  Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /**
   * @param namesAndValues alternating
   */
  void add(String... namesAndValues) {
    var row = new LinkedHashMap<String, String>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    rows.add(row);
  }

  String json() {
    var out = new StringBuilder();
    rows.forEach(row -> out.append(Json.line(row)).append('\n'));
    return out.toString();
  }

  String text() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      Column column = columns.get(i);
      widths[i] = column.heading.length();
      for (var row : rows) {
        widths[i] = Math.max(widths[i], cell(row, column).length());
      }
    }
    var out = new StringBuilder();
    line(columns.stream().map(Column::heading).toList(), widths, out);
    rows.forEach(
        row -> line(columns.stream().map(column -> cell(row, column)).toList(), widths, out));
    return out.toString();
  }

  private static String cell(Map<String, String> row, Column column) {
    return row.getOrDefault(column.field, "");
  }

  private static void line(List<String> cells, int[] widths, StringBuilder out) {
    int last = cells.size() - 1;
    for (int i = 0; i < last; i++) {
      String cell = cells.get(i);
      out.append(cell).repeat(' ', widths[i] - cell.length() + 3);
    }
    out.append(cells.get(last)).append('\n');
  }
}
