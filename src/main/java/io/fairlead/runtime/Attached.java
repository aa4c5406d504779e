package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One client of a console: a bounded queue, and a virtual thread that empties it into the client's
 * sink. A client too far behind is cut off; it shall not hold up the container or the others.
 */
final class Attached implements Attachment {
  private static final int BEHIND_MAX_BYTES = 8 << 20;
  private static final String CUT_OFF =
      "\nfairlead: cut off, more than 8 MiB behind the container's output; its log has all\n";

  private record Piece(OutputSink.Stream stream, Instant at, ByteBuffer bytes) {}

  private final Console console;
  private final OutputSink sink;
  private final boolean endsInput;

  /** Guards the queue and what is said about it below. */
  private final Object lock = new Object();

  private final Queue<Piece> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean isEnded;
  private boolean isClosed;

  /**
   * @param endsInput whether this client may end the container's input
   */
  Attached(Console console, OutputSink sink, boolean endsInput, String id) {
    this.console = console;
    this.sink = sink;
    this.endsInput = endsInput;
    Thread.ofVirtual().name("attach " + id.substring(0, 12)).start(this::deliver);
  }

  /** Called by the console, on its one thread. */
  void output(OutputSink.Stream stream, Instant at, ByteBuffer bytes) {
    synchronized (lock) {
      if (isEnded || isClosed) {
        return;
      }
      if (queuedBytes + bytes.remaining() > BEHIND_MAX_BYTES) {
        var last = ByteBuffer.wrap(CUT_OFF.getBytes(StandardCharsets.UTF_8));
        queue.add(new Piece(OutputSink.Stream.STDERR, at, last));
        isEnded = true;
      } else {
        queue.add(new Piece(stream, at, bytes));
        queuedBytes += bytes.remaining();
      }
      lock.notifyAll();
    }
  }

  /** No more will come; what is queued is still delivered. */
  void outputEnded() {
    synchronized (lock) {
      isEnded = true;
      lock.notifyAll();
    }
  }

  private void deliver() {
    try {
      for (Piece piece = next(); piece != null; piece = next()) {
        if (!sink.accept(piece.stream(), piece.at(), piece.bytes())) {
          close();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
      sink.end();
    }
  }

  private @Nullable Piece next() throws InterruptedException {
    synchronized (lock) {
      while (queue.isEmpty() && !isEnded && !isClosed) {
        lock.wait();
      }
      Piece piece = isClosed ? null : queue.poll();
      if (piece != null) {
        queuedBytes -= piece.bytes().remaining();
      }
      return piece;
    }
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
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
    console.leave(this);
  }
}
