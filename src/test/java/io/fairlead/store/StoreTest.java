package io.fairlead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.Unavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final ContainerRow WEB = Rows.container("aaaa", "web");

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("records.db");
  }

  @Test
  void whatWasCommittedIsThereAfterReopening() throws Exception {
    try (Store store = Store.open(file())) {
      store.update(r -> r.put(WEB));
    }
    assertThat(directory.resolve("records.db-wal")).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    try (Store store = Store.open(file())) {
      assertThat(container(store, "aaaa")).contains(WEB);
    }
  }

  @Test
  void theVersionChangesBeforeAndBehindEveryWriteAndWithNoRead() {
    try (Store store = Store.open(file())) {
      long before = store.version();
      long during = store.write(r -> store.version());
      long behind = store.version();
      assertThat(during).isNotEqualTo(before);
      assertThat(behind).isNotIn(before, during);
      assertThat(container(store, "aaaa")).isEmpty();
      assertThat(store.version()).isEqualTo(behind);
    }
  }

  @Test
  void anExceptionUndoesTheWholeTransaction() {
    try (Store store = Store.open(file())) {
      assertThatThrownBy(
              () ->
                  store.update(
                      r -> {
                        r.put(WEB);
                        throw new IllegalArgumentException("cause");
                      }))
          .hasMessage("cause");
      assertThat(container(store, "aaaa")).isEmpty();
      store.update(r -> r.put(WEB));
      assertThat(container(store, "aaaa")).contains(WEB);
    }
  }

  /** A copy of the files at any moment is what a crash at that moment leaves on the disk. */
  @Test
  void aCrashInATransactionLeavesWhatWasCommittedBefore() throws Exception {
    Path crashed = Files.createDirectory(directory.resolve("crashed"));
    try (Store store = Store.open(file())) {
      store.update(r -> r.put(WEB));
      store.update(
          r -> {
            r.removeContainer("aaaa");
            r.put(Rows.container("bbbb", "late"));
            copyTo(crashed);
          });
    }
    try (Store store = Store.open(crashed.resolve("records.db"))) {
      assertThat(container(store, "aaaa")).contains(WEB);
      assertThat(container(store, "bbbb")).isEmpty();
    }
  }

  @Test
  void aReadSeesOneMomentWhileAWriteCommits() throws Exception {
    try (Store store = Store.open(file());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      store.update(r -> r.put(WEB));
      var hasRead = new CountDownLatch(1);
      var hasWritten = new CountDownLatch(1);
      Future<Boolean> reader =
          threads.submit(
              () ->
                  store.read(
                      r -> {
                        boolean before = r.container("aaaa").isPresent();
                        hasRead.countDown();
                        await(hasWritten);
                        return before && r.container("aaaa").isPresent();
                      }));
      hasRead.await();
      store.update(r -> r.removeContainer("aaaa"));
      hasWritten.countDown();
      assertThat(reader.get()).isTrue();
      assertThat(container(store, "aaaa")).isEmpty();
    }
  }

  @Test
  void manyWritersAndReadersLoseNothing() throws Exception {
    try (Store store = Store.open(file())) {
      store.update(r -> r.setSetting("count", "0"));
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var tasks =
            IntStream.range(0, 200)
                .mapToObj(
                    i ->
                        threads.submit(
                            () -> {
                              store.update(
                                  r -> r.setSetting("count", Integer.toString(count(r) + 1)));
                              return store.read(StoreTest::count);
                            }))
                .toList();
        for (var task : tasks) {
          assertThat(task.get()).isPositive();
        }
      }
      assertThat(store.<Integer>read(StoreTest::count)).isEqualTo(200);
    }
  }

  @Test
  void aReadInsideAWriteSeesItsChanges() {
    try (Store store = Store.open(file())) {
      store.update(
          r -> {
            r.put(WEB);
            assertThat(container(store, "aaaa")).contains(WEB);
          });
      assertThatThrownBy(() -> store.update(r -> store.update(inner -> inner.put(WEB))))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void recordsEndWithTheirTransaction() {
    try (Store store = Store.open(file())) {
      Records kept = store.read(r -> r);
      assertThatThrownBy(kept::containers).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> store.read(StoreTest::put))
          .isInstanceOf(EngineFault.class)
          .hasMessageContaining("readonly");
    }
  }

  @Test
  void aNewerSchemaIsRefused() throws Exception {
    Store.open(file()).close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> Store.open(file()))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("schema version 99, written by a newer Fairlead");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws Exception {
    Files.writeString(file(), "this is some text that is certainly no database at all".repeat(20));
    assertThatThrownBy(() -> Store.open(file()))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("not a database");
  }

  @Test
  void aClosedStoreSaysSo() {
    Store store = Store.open(file());
    store.close();
    store.close();
    assertThatThrownBy(() -> store.read(Records::containers)).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> store.update(r -> r.put(WEB))).isInstanceOf(Unavailable.class);
  }

  private static Optional<ContainerRow> container(Store store, String id) {
    return store.read(r -> r.container(id));
  }

  private static boolean put(Records records) {
    records.put(WEB);
    return true;
  }

  private static int count(Records records) {
    return Integer.parseInt(records.setting("count").orElseThrow());
  }

  private void copyTo(Path target) {
    try (var files = Files.newDirectoryStream(directory, "records.db*")) {
      for (Path file : files) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
