package io.fairlead.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a console, and a virtual thread that gives it what it has not got yet. That is held
 * in memory, and beyond {@link #IN_MEMORY_BYTES} in the console's overflow: a slow client loses
 * nothing, and holds up neither the process nor the others. One that is so far behind and takes
 * nothing at all for {@link #PATIENCE} is cut off.
 */
final class Attached implements Attachment {
  static final int IN_MEMORY_BYTES = 8 << 20;
  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(Attached.class);
  private static final long NOT_IN_OVERFLOW = -1;

  private record Piece(OutputSink.Stream stream, Instant at, ByteBuffer bytes) {}

  private final Console console;
  private final OutputSink sink;
  private final boolean endsInput;

  /** Guards the queue and what is said about it below; taken after the overflow's own, if both. */
  private final Object lock = new Object();

  private final Queue<Piece> queue = new ArrayDeque<>();
  private int queuedBytes;

  /** Where this client is in the overflow. What is there comes after all that is queued. */
  private long place = NOT_IN_OVERFLOW;

  /** Not complete while this client is in the overflow. */
  private volatile CompletableFuture<Optional<String>> keptUp =
      CompletableFuture.completedFuture(Optional.empty());

  private Optional<String> cutOff = Optional.empty();
  private boolean isEnded;
  private boolean isClosed;

  /**
   * @param endsInput whether this client may end the process's input
   */
  Attached(Console console, OutputSink sink, boolean endsInput, String id) {
    this.console = console;
    this.sink = sink;
    this.endsInput = endsInput;
    Thread.ofVirtual().name("attach " + id.substring(0, 12)).start(this::deliver);
  }

  /**
   * Takes a piece, unless it is too far behind. Called by the console, on its one thread, while the
   * overflow is locked.
   *
   * @return whether it will read this piece in the overflow
   */
  boolean output(OutputSink.Stream stream, Instant at, ByteBuffer bytes) {
    synchronized (lock) {
      if (isEnded || isClosed) {
        return false;
      }
      boolean isFull = queuedBytes + bytes.remaining() > IN_MEMORY_BYTES;
      if (place == NOT_IN_OVERFLOW && isFull && !console.waitsForClients()) {
        place = console.overflow().enter();
        keptUp = new CompletableFuture<>();
      }
      if (place == NOT_IN_OVERFLOW) {
        queue.add(new Piece(stream, at, bytes));
        queuedBytes += bytes.remaining();
      }
      lock.notifyAll();
      return place != NOT_IN_OVERFLOW;
    }
  }

  /** Whether as much waits for it as memory shall hold. */
  boolean isBehind() {
    synchronized (lock) {
      return !isClosed && (place != NOT_IN_OVERFLOW || queuedBytes > IN_MEMORY_BYTES / 2);
    }
  }

  /** No more will come; what waits is still delivered. */
  void outputEnded() {
    synchronized (lock) {
      isEnded = true;
      lock.notifyAll();
    }
  }

  private void deliver() {
    try {
      for (Piece piece = next(); piece != null; piece = next()) {
        if (!awaitRoom() || !sink.accept(piece.stream(), piece.at(), piece.bytes())) {
          close();
        }
        console.caughtUp(this);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.error("an attached client is cut off: what was kept for it cannot be read", e);
      cutOff("what was kept for it cannot be read: " + e.getMessage());
    } finally {
      close();
      leaveOverflow();
      sink.end();
    }
  }

  /** False for a client that was cut off. */
  private boolean awaitRoom() throws InterruptedException {
    while (!sink.awaitRoom(PATIENCE)) {
      if (isInOverflow()) {
        cutOff(
            "more than %d MiB behind, and nothing read for %d s"
                .formatted(IN_MEMORY_BYTES >> 20, PATIENCE.toSeconds()));
        return false;
      }
    }
    return true;
  }

  private void cutOff(String why) {
    synchronized (lock) {
      cutOff = Optional.of(why);
    }
    sink.cutOff(why);
  }

  private boolean isInOverflow() {
    synchronized (lock) {
      return place != NOT_IN_OVERFLOW;
    }
  }

  private @Nullable Piece next() throws InterruptedException, IOException {
    while (true) {
      synchronized (lock) {
        while (queue.isEmpty() && place == NOT_IN_OVERFLOW && !isEnded && !isClosed) {
          lock.wait();
        }
        Piece piece = isClosed ? null : queue.poll();
        if (piece != null) {
          queuedBytes -= piece.bytes().remaining();
        }
        if (piece != null || isClosed || place == NOT_IN_OVERFLOW) {
          return piece;
        }
      }
      if (!isBackInMemory()) {
        var piece = console.overflow().read(place);
        synchronized (lock) {
          place = piece.next();
        }
        return new Piece(piece.stream(), Instant.now(), piece.bytes());
      }
    }
  }

  /** A client that has read all of the overflow is not slow any more. */
  private boolean isBackInMemory() throws IOException {
    // No piece may come between the look and the change.
    synchronized (console.overflow()) {
      synchronized (lock) {
        if (!console.overflow().isEnd(place)) {
          return false;
        }
      }
      leaveOverflow();
      return true;
    }
  }

  private void leaveOverflow() {
    Optional<String> why;
    synchronized (lock) {
      if (place == NOT_IN_OVERFLOW) {
        return;
      }
      place = NOT_IN_OVERFLOW;
      why = cutOff;
    }
    keptUp.complete(why);
    try {
      console.overflow().leave();
    } catch (IOException e) {
      LOG.warn("what was kept for slow clients cannot be closed", e);
    }
  }

  /** What it is behind by can be kept nowhere. */
  void overflowFailed(IOException cause) {
    cutOff("what was not read yet cannot be kept: " + cause.getMessage());
    close();
  }

  @Override
  public void write(ByteBuffer bytes) {
    console.write(this, bytes);
  }

  @Override
  public void closeInput() {
    if (endsInput) {
      console.endInput();
    }
  }

  @Override
  public CompletableFuture<Optional<String>> keptUp() {
    return keptUp.copy();
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
    console.leave(this);
  }
}
