package io.fairlead.runtime;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * The one connection to a process's conmon, for all its clients. Conmon waits for its slowest
 * reader, and the process with it, so the reactor takes at once whatever comes. And conmon ends the
 * process's input when a connection ends: clients that leave must not be connections.
 */
final class Console {
  /** Conmon reads no more than 32 KiB of a message (CONN_SOCK_BUF_SIZE of its config.h). */
  private static final int MESSAGE_MAX_BYTES = 8 << 10;

  private static final int RECEIVE_BYTES = 64 << 10;

  /** The first byte of each message tells the stream (stdpipe_t of conmon's utils.h). */
  private static final byte FROM_STDOUT = 2;

  private static final byte FROM_STDERR = 3;

  private final SeqPacket socket;
  private final Reactor reactor;
  private final Overflow overflow;
  private final boolean waitsForClients;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final MemorySegment buffer = Arena.ofAuto().allocate(RECEIVE_BYTES);
  private final Set<Attached> clients = new CopyOnWriteArraySet<>();

  /** Guards the socket: the number of a closed descriptor may be another's already. */
  private final Object connection = new Object();

  private boolean isDisconnected;
  private boolean isAwaitingRoom;
  private volatile boolean isPaused;

  /**
   * @param waitsForClients whether the process is kept waiting by a client that is behind, as a
   *     pipe does it; else nobody can hold it up
   * @param whenEnded is called once, when the connection is gone
   */
  Console(
      SeqPacket socket,
      Reactor reactor,
      Overflow overflow,
      boolean waitsForClients,
      Runnable whenEnded) {
    this.socket = socket;
    this.reactor = reactor;
    this.overflow = overflow;
    this.waitsForClients = waitsForClients;
    var _ = ended.thenRun(whenEnded);
    reactor.watch(socket.number(), Libc.EPOLLIN, this::ready);
  }

  Overflow overflow() {
    return overflow;
  }

  boolean waitsForClients() {
    return waitsForClients;
  }

  /** Completes when conmon has ended the connection, or we have. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Output from now on goes to this client too. */
  void join(Attached client) {
    clients.add(client);
    if (isDisconnected()) {
      client.outputEnded();
    }
  }

  /** Also ends the client's waiting for the process to read. */
  void leave(Attached client) {
    clients.remove(client);
    caughtUp(client);
    synchronized (connection) {
      connection.notifyAll();
    }
  }

  private boolean isDisconnected() {
    synchronized (connection) {
      return isDisconnected;
    }
  }

  private void ready(int events) {
    if ((events & Libc.EPOLLOUT) != 0) {
      synchronized (connection) {
        isAwaitingRoom = false;
        awaitEvents();
        connection.notifyAll();
      }
    }
    if ((events & ~Libc.EPOLLOUT) != 0) {
      receive();
    }
  }

  private void awaitEvents() {
    if (!isDisconnected) {
      int reading = isPaused ? 0 : Libc.EPOLLIN;
      reactor.change(socket.number(), isAwaitingRoom ? reading | Libc.EPOLLOUT : reading);
    }
  }

  /** The client has got something: output that waited for it may go on. */
  void caughtUp(Attached client) {
    if (isPaused && !client.isBehind()) {
      pause(false);
    }
  }

  private void pause(boolean isWanted) {
    synchronized (connection) {
      isPaused = isWanted;
      awaitEvents();
    }
  }

  private void receive() {
    int length;
    synchronized (connection) {
      length = isDisconnected ? 0 : socket.receive(buffer);
    }
    if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
      return;
    }
    if (length <= 0) {
      close();
      return;
    }
    byte kind = buffer.get(ValueLayout.JAVA_BYTE, 0);
    if ((kind == FROM_STDOUT || kind == FROM_STDERR) && !clients.isEmpty()) {
      var stream = kind == FROM_STDOUT ? OutputSink.Stream.STDOUT : OutputSink.Stream.STDERR;
      byte[] bytes = buffer.asSlice(1, length - 1L).toArray(ValueLayout.JAVA_BYTE);
      deliver(stream, ByteBuffer.wrap(bytes));
    }
  }

  private void deliver(OutputSink.Stream stream, ByteBuffer bytes) {
    var at = Instant.now();
    synchronized (overflow) {
      var slow =
          clients.stream().filter(client -> client.output(stream, at, bytes.duplicate())).toList();
      try {
        if (!slow.isEmpty()) {
          overflow.append(stream, bytes);
        }
      } catch (IOException e) {
        slow.forEach(client -> client.overflowFailed(e));
      }
    }
    if (waitsForClients && clients.stream().anyMatch(Attached::isBehind)) {
      pause(true);
      // One of them may have caught up before it could see this.
      clients.forEach(this::caughtUp);
    }
  }

  /**
   * Sends to the container's input; waits while the container does not read. What is written to one
   * that has ended, or has closed its input, is lost, as in a pipe; so is the rest of a client that
   * leaves.
   */
  void write(Attached client, ByteBuffer bytes) {
    try (var scratch = Arena.ofConfined()) {
      var message = scratch.allocate(MESSAGE_MAX_BYTES);
      while (bytes.hasRemaining()) {
        int length = Math.min(bytes.remaining(), MESSAGE_MAX_BYTES);
        MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, message, 0, length);
        send(client, message.asSlice(0, length));
        bytes.position(bytes.position() + length);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Attached client, MemorySegment message) throws InterruptedException {
    synchronized (connection) {
      int sent = trySend(client, message);
      while (sent == -Errno.EAGAIN || sent == -Errno.EINTR) {
        if (sent == -Errno.EAGAIN) {
          isAwaitingRoom = true;
          awaitEvents();
          connection.wait();
        }
        sent = trySend(client, message);
      }
      if (sent != -Errno.EPIPE && sent != -Errno.ENOTCONN && sent != -Errno.ECONNRESET) {
        check(sent, "send", "attach socket");
      }
    }
  }

  private int trySend(Attached client, MemorySegment message) {
    return isDisconnected || !clients.contains(client) ? -Errno.EPIPE : socket.send(message);
  }

  /** Conmon ends the container's input when it sees this; output still arrives. */
  void endInput() {
    synchronized (connection) {
      if (!isDisconnected) {
        socket.shutdownOutput();
      }
    }
  }

  /** Gives the connection up; clients still get what they were sent. */
  void close() {
    synchronized (connection) {
      if (isDisconnected) {
        return;
      }
      isDisconnected = true;
      reactor.forget(socket.number());
      socket.close();
      connection.notifyAll();
    }
    ended.complete(null);
    clients.forEach(Attached::outputEnded);
  }
}
