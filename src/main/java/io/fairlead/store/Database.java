package io.fairlead.store;

import io.fairlead.EngineFault;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

/** The SQLite file: how it is opened, and how its schema comes to this version. */
final class Database {
  /** The number of {@code schema-N.sql} scripts; SQLite keeps it as {@code user_version}. */
  static final int SCHEMA_VERSION = 1;

  private static final String TMPDIR = "org.sqlite.tmpdir";
  private static final int BUSY_TIMEOUT_MILLIS = 5000;

  private final Path file;

  Database(Path file) {
    this.file = file;
  }

  /** Makes the file if it is missing, readable by its owner only: records hold environments. */
  void prepare() {
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      // sqlite-jdbc unpacks its library once for each JVM, into /tmp unless it is told otherwise.
      if (System.getProperty(TMPDIR) == null) {
        Files.createDirectories(nativeDirectory());
        System.setProperty(TMPDIR, nativeDirectory().toString());
      }
    } catch (IOException e) {
      throw new EngineFault("the records in %s cannot be made: %s".formatted(file, e), e);
    }
    try (Connection connection = connect(false)) {
      migrate(connection);
    } catch (SQLException e) {
      throw new EngineFault("the records in %s: %s".formatted(file, e.getMessage()), e);
    }
    // It is loaded and needs its file no more; that of a process that was killed would stay.
    Trees.delete(nativeDirectory());
  }

  private Path nativeDirectory() {
    return file.toAbsolutePath().resolveSibling("native");
  }

  Session session(boolean isReadOnly) {
    try {
      return new Session(file, connect(isReadOnly));
    } catch (SQLException e) {
      throw new EngineFault("the records in %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Connection connect(boolean isReadOnly) throws SQLException {
    var config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    config.setTempStore(TempStore.MEMORY);
    Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    if (isReadOnly) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA query_only = true");
      }
    }
    return connection;
  }

  private void migrate(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int version = version(statement);
      if (version > SCHEMA_VERSION) {
        throw new EngineFault(
            "the records in %s have schema version %d, written by a newer Fairlead; this one knows versions up to %d. Run the newer one, or remove the data root"
                .formatted(file, version, SCHEMA_VERSION));
      }
      for (int next = version + 1; next <= SCHEMA_VERSION; next++) {
        statement.executeUpdate(
            "BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT;".formatted(script(next), next));
      }
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (var result = statement.executeQuery("PRAGMA user_version")) {
      return result.getInt(1);
    }
  }

  private static String script(int version) {
    String name = "schema-%d.sql".formatted(version);
    try (InputStream script = Database.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
