package io.fairlead.store;

import io.fairlead.EngineFault;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * One connection with its prepared statements, each compiled once. Whoever has it is alone with it;
 * its statements run only inside {@link #transaction}, on the thread that began it.
 */
final class Session implements AutoCloseable {
  private final Path file;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final Records records = new Records(this);
  private @Nullable Thread user;

  Session(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Runs work between a begin and a commit, or a rollback if it throws.
   *
   * @param begin {@code BEGIN IMMEDIATE} to write; {@code BEGIN} to read
   */
  <T> T transaction(String begin, Function<Records, T> work) {
    user = Thread.currentThread();
    boolean isDone = false;
    try {
      run(begin);
      T result = work.apply(records);
      commit();
      isDone = true;
      return result;
    } finally {
      if (!isDone) {
        rollback();
      }
      user = null;
    }
  }

  Records records() {
    return records;
  }

  /** Executes a statement that changes something, and gives the number of rows it changed. */
  int run(String sql, @Nullable Object... parameters) {
    try {
      return bound(sql, parameters).executeUpdate();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  <T> List<T> list(String sql, Row.Reader<T> reader, @Nullable Object... parameters) {
    try (ResultSet result = bound(sql, parameters).executeQuery()) {
      var rows = new ArrayList<T>();
      var row = new Row(result);
      while (result.next()) {
        rows.add(reader.read(row));
      }
      return rows;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  <T> Optional<T> first(String sql, Row.Reader<T> reader, @Nullable Object... parameters) {
    try (ResultSet result = bound(sql, parameters).executeQuery()) {
      return result.next() ? Optional.of(reader.read(new Row(result))) : Optional.empty();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
    if (user != Thread.currentThread()) {
      throw new IllegalStateException("records are used outside their transaction: " + sql);
    }
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private void commit() {
    try {
      run("COMMIT");
    } catch (ConstraintViolation e) {
      List<String> dangling =
          list(
              "PRAGMA foreign_key_check",
              row ->
                  "a row of %s names a missing row of %s"
                      .formatted(row.text("table"), row.text("parent")));
      throw new EngineFault("the records would contradict themselves: " + dangling, e);
    }
  }

  private void rollback() {
    try {
      // Where the disk is full or gone SQLite has rolled back by itself.
      run("ROLLBACK");
    } catch (EngineFault alreadyRolledBack) {
      return;
    }
  }

  /** Moves the write-ahead log into the file. Not inside a transaction. */
  void checkpoint() {
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private RuntimeException failure(SQLException e) {
    // The low byte is the primary code of SQLite's extended ones.
    if ((e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
      return new ConstraintViolation(e);
    }
    return new EngineFault("the records in %s: %s".formatted(file, e.getMessage()), e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }
}
