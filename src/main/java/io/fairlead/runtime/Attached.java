package io.fairlead.runtime;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection to conmon's attach socket. The reactor always takes what conmon sends,
 * for conmon waits for its slowest reader and with it the container; a virtual thread of its own
 * hands it to the sink.
 */
final class Attached implements Attachment {
  private static final int BEHIND_MAX_BYTES = 8 << 20;

  /** Conmon reads no more than 32 KiB of a message, and sends at most 8 KiB and one (utils.h). */
  private static final int MESSAGE_MAX_BYTES = 8 << 10;

  private static final int RECEIVE_BYTES = 64 << 10;
  private static final byte FROM_STDOUT = 2;
  private static final byte FROM_STDERR = 3;
  private static final String CUT_OFF =
      "\nfairlead: cut off, more than 8 MiB behind the container's output; its log has all\n";

  private record Piece(OutputSink.Stream stream, Instant at, ByteBuffer bytes) {}

  private final SeqPacket socket;
  private final Reactor reactor;
  private final OutputSink sink;
  private final MemorySegment buffer = Arena.ofAuto().allocate(RECEIVE_BYTES);
  private final Semaphore writable = new Semaphore(0);

  /** Guards the queue and what is said about it below. */
  private final Object lock = new Object();

  private final Queue<Piece> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean isEnded;
  private boolean isClosed;

  /** Guards the descriptor: a number that is closed while it is used may be another's already. */
  private final Object descriptor = new Object();

  private boolean isDisconnected;

  Attached(SeqPacket socket, Reactor reactor, OutputSink sink, String id) {
    this.socket = socket;
    this.reactor = reactor;
    this.sink = sink;
    reactor.watch(socket.number(), Libc.EPOLLIN, this::ready);
    Thread.ofVirtual().name("attach " + id.substring(0, 12)).start(this::deliver);
  }

  private void ready(int events) {
    if ((events & Libc.EPOLLOUT) != 0) {
      awaitEvents(Libc.EPOLLIN);
      writable.release();
    }
    if ((events & ~Libc.EPOLLOUT) != 0) {
      receive();
    }
  }

  private void awaitEvents(int events) {
    synchronized (descriptor) {
      if (!isDisconnected) {
        reactor.change(socket.number(), events);
      }
    }
  }

  private void receive() {
    int length;
    synchronized (descriptor) {
      length = isDisconnected ? 0 : socket.receive(buffer);
    }
    if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
      return;
    }
    if (length <= 0) {
      finish();
      return;
    }
    byte kind = buffer.get(ValueLayout.JAVA_BYTE, 0);
    if (kind == FROM_STDOUT || kind == FROM_STDERR) {
      var stream = kind == FROM_STDOUT ? OutputSink.Stream.STDOUT : OutputSink.Stream.STDERR;
      byte[] bytes = buffer.asSlice(1, length - 1L).toArray(ValueLayout.JAVA_BYTE);
      enqueue(new Piece(stream, Instant.now(), ByteBuffer.wrap(bytes)));
    }
  }

  private void enqueue(Piece piece) {
    boolean isTooMuch;
    synchronized (lock) {
      isTooMuch = queuedBytes + piece.bytes().remaining() > BEHIND_MAX_BYTES;
      if (isTooMuch) {
        var last = ByteBuffer.wrap(CUT_OFF.getBytes(StandardCharsets.UTF_8));
        queue.add(new Piece(OutputSink.Stream.STDERR, piece.at(), last));
      } else {
        queue.add(piece);
        queuedBytes += piece.bytes().remaining();
      }
      lock.notifyAll();
    }
    if (isTooMuch) {
      finish();
    }
  }

  /** No more output will come: the connection is given up, the queue still delivered. */
  private void finish() {
    synchronized (descriptor) {
      if (!isDisconnected) {
        isDisconnected = true;
        reactor.forget(socket.number());
        socket.close();
      }
    }
    synchronized (lock) {
      isEnded = true;
      lock.notifyAll();
    }
    writable.release();
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
      if (isClosed) {
        return null;
      }
      Piece piece = queue.poll();
      if (piece != null) {
        queuedBytes -= piece.bytes().remaining();
      }
      return piece;
    }
  }

  @Override
  public void write(ByteBuffer bytes) {
    try (var scratch = Arena.ofConfined()) {
      var message = scratch.allocate(MESSAGE_MAX_BYTES);
      while (bytes.hasRemaining()) {
        int length = Math.min(bytes.remaining(), MESSAGE_MAX_BYTES);
        MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, message, 0, length);
        send(message.asSlice(0, length));
        bytes.position(bytes.position() + length);
      }
    }
  }

  private void send(MemorySegment message) {
    int sent = trySend(message);
    while (sent == -Errno.EAGAIN || sent == -Errno.EINTR) {
      if (sent == -Errno.EAGAIN) {
        awaitEvents(Libc.EPOLLIN | Libc.EPOLLOUT);
        writable.acquireUninterruptibly();
      }
      sent = trySend(message);
    }
    // The container has ended, or closed its input: what is written to it is lost, as in a pipe.
    if (sent != -Errno.EPIPE && sent != -Errno.ENOTCONN) {
      check(sent, "send", "attach socket");
    }
  }

  private int trySend(MemorySegment message) {
    synchronized (descriptor) {
      return isDisconnected ? -Errno.EPIPE : socket.send(message);
    }
  }

  @Override
  public void closeInput() {
    synchronized (descriptor) {
      if (!isDisconnected) {
        socket.shutdownOutput();
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
    finish();
  }
}
