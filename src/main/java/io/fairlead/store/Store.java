package io.fairlead.store;

import io.fairlead.Unavailable;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The engine's records in one SQLite file (WAL, synchronous FULL). One writer connection, guarded;
 * a few readers. A write is one transaction: it commits when the function returns, and is as if it
 * never was when the function throws. Whoever reads inside a write or another read of its thread
 * sees what that one sees.
 */
public final class Store implements AutoCloseable {
  private static final int MAX_READERS = 4;

  /** The transaction that the calling thread is in; unbound outside one. */
  private static final ScopedValue<Transaction> CURRENT = ScopedValue.newInstance();

  private record Transaction(Store store, Records records) {}

  private final Database database;
  private final ReentrantLock writerLock = new ReentrantLock();
  private final Session writer;
  private final Semaphore readerPermits = new Semaphore(MAX_READERS);
  private final ConcurrentLinkedDeque<Session> idleReaders = new ConcurrentLinkedDeque<>();

  private final AtomicLong version = new AtomicLong();
  private volatile boolean isClosed;

  private Store(Database database) {
    this.database = database;
    this.writer = database.session(false);
  }

  /**
   * Opens or makes the file, and brings its schema to this version.
   *
   * @throws io.fairlead.EngineFault if a newer version wrote it, or it cannot be opened
   */
  public static Store open(Path file) {
    var database = new Database(file);
    database.prepare();
    return new Store(database);
  }

  /** One transaction that may write. */
  public <T> T write(Function<Records, T> work) {
    if (writerLock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a write inside a write: pass its Records on instead");
    }
    writerLock.lock();
    try {
      requireOpen();
      version.incrementAndGet();
      return inside(writer, "BEGIN IMMEDIATE", work);
    } finally {
      version.incrementAndGet();
      writerLock.unlock();
    }
  }

  /**
   * Changes with every write, both before and behind it: what was read after one call is still so
   * if another gives the same.
   */
  public long version() {
    return version.get();
  }

  /** As {@link #write(Function)}, without a result. */
  public void update(Consumer<Records> work) {
    var _ =
        write(
            records -> {
              work.accept(records);
              return true;
            });
  }

  /** One consistent view of the records. */
  public <T> T read(Function<Records, T> work) {
    if (CURRENT.isBound() && CURRENT.get().store() == this) {
      return work.apply(CURRENT.get().records());
    }
    readerPermits.acquireUninterruptibly();
    try {
      requireOpen();
      Session idle = idleReaders.pollFirst();
      Session reader = idle == null ? database.session(true) : idle;
      try {
        return inside(reader, "BEGIN", work);
      } finally {
        idleReaders.addFirst(reader);
      }
    } finally {
      readerPermits.release();
    }
  }

  private <T> T inside(Session session, String begin, Function<Records, T> work) {
    return ScopedValue.where(CURRENT, new Transaction(this, session.records()))
        .call(() -> session.transaction(begin, work));
  }

  private void requireOpen() {
    if (isClosed) {
      throw new Unavailable("the engine is closed: its records can no longer be reached");
    }
  }

  /**
   * Waits for the transactions under way, moves the write-ahead log into the file and closes both.
   */
  @Override
  public void close() {
    readerPermits.acquireUninterruptibly(MAX_READERS);
    writerLock.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        idleReaders.forEach(Session::close);
        idleReaders.clear();
        writer.checkpoint();
        writer.close();
      }
    } finally {
      writerLock.unlock();
      readerPermits.release(MAX_READERS);
    }
  }
}
