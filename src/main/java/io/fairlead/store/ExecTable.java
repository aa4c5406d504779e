package io.fairlead.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Further processes in containers. */
final class ExecTable {
  private static final String PUT =
      """
      INSERT INTO execs (id, container_id, spec, state, pid, exit_code, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET spec = excluded.spec, state = excluded.state, pid = excluded.pid,
        exit_code = excluded.exit_code
      """;

  private final Session session;

  ExecTable(Session session) {
    this.session = session;
  }

  List<ExecRow> all() {
    return session.list("SELECT * FROM execs ORDER BY created_at, id", ExecTable::row);
  }

  List<ExecRow> of(String containerId) {
    return session.list(
        "SELECT * FROM execs WHERE container_id = ? ORDER BY created_at, id",
        ExecTable::row,
        containerId);
  }

  Optional<ExecRow> byId(String id) {
    return session.first("SELECT * FROM execs WHERE id = ?", ExecTable::row, id);
  }

  void put(ExecRow row) {
    session.run(
        PUT,
        row.id(),
        row.containerId(),
        row.spec(),
        row.state().name().toLowerCase(Locale.ROOT),
        row.pid(),
        row.exitCode(),
        Row.time(row.createdAt()));
  }

  void remove(String id) {
    session.run("DELETE FROM execs WHERE id = ?", id);
  }

  private static ExecRow row(Row row) throws SQLException {
    return new ExecRow(
        row.text("id"),
        row.text("container_id"),
        row.text("spec"),
        ExecState.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
        row.number("pid"),
        row.number("exit_code"),
        row.time("created_at"));
  }
}
