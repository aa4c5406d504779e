package io.fairlead.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row of a result, by column name, in the types that the records have. */
final class Row {
  /** Nine decimals always, so that the texts sort as the times do. */
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

  /** Makes a record of a row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Row row) throws SQLException;
  }

  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  String text(String column) throws SQLException {
    return result.getString(column);
  }

  @Nullable String textOrNull(String column) throws SQLException {
    return result.getString(column);
  }

  int number(String column) throws SQLException {
    return result.getInt(column);
  }

  long size(String column) throws SQLException {
    return result.getLong(column);
  }

  boolean flag(String column) throws SQLException {
    return result.getInt(column) != 0;
  }

  Instant time(String column) throws SQLException {
    return Instant.parse(result.getString(column));
  }

  @Nullable Instant timeOrNull(String column) throws SQLException {
    String text = result.getString(column);
    return text == null ? null : Instant.parse(text);
  }

  /** Words that {@code group_concat(..., ' ')} made one. */
  List<String> words(String column) throws SQLException {
    String text = result.getString(column);
    return text == null ? List.of() : List.of(text.split(" ", -1));
  }

  static @Nullable String time(@Nullable Instant time) {
    return time == null ? null : TIME.format(time);
  }
}
