package io.fairlead.store;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The engine's records in one SQLite file (WAL, synchronous FULL). One writer connection, guarded;
 * a few readers. A write is one transaction: it commits when the function returns, and is as if it
 * never was when the function throws.
 */
public final class Store implements AutoCloseable {

  /** Opens or makes the file, and brings its schema to this version. */
  public static Store open(Path file) {
    throw new UnsupportedOperationException();
  }

  /** One transaction that may write. */
  public <T> T write(Function<Records, T> work) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #write(Function)}, without a result. */
  public void update(Consumer<Records> work) {
    throw new UnsupportedOperationException();
  }

  /** One consistent view of the records. */
  public <T> T read(Function<Records, T> work) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
