package io.fairlead.network.port;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection through the relay. Each direction ends by itself, as its sender ends it. From
 * a side whose reader has not taken the last piece yet nothing is read, so that its sender waits. A
 * side that breaks off breaks the other off too. On the relay's thread.
 */
final class RelayedStream {
  private final Reactor reactor;
  private final MemorySegment buffer;
  private final Consumer<RelayedStream> whenEnded;
  private final Side client;
  private @Nullable Side container;
  private boolean isConnected;
  private boolean hasEnded;

  /**
   * @param buffer which all connections use by turns
   * @param client not blocking; closed at the end
   */
  RelayedStream(
      Reactor reactor, MemorySegment buffer, Fd client, Consumer<RelayedStream> whenEnded) {
    this.reactor = reactor;
    this.buffer = buffer;
    this.whenEnded = whenEnded;
    this.client = new Side(client);
  }

  /** One of the two sockets. */
  private final class Side {
    private final Fd socket;

    /** What the other side brought and this one has not taken. */
    private Optional<MemorySegment> waiting = Optional.empty();

    private boolean isAtEnd;
    private boolean isEnded;
    private int awaited;

    Side(Fd socket) {
      this.socket = socket;
      set(Libc.SOL_SOCKET, Libc.SO_KEEPALIVE);
      set(Libc.IPPROTO_TCP, Libc.TCP_NODELAY);
    }

    private void set(int level, int option) {
      var _ = Libc.setsockopt(socket.number(), level, option, 1);
    }

    /** Nothing is watched while nothing is awaited: the kernel always tells of a hang-up. */
    void await(int events, IntConsumer handler) {
      if (events == awaited) {
        return;
      }
      if (awaited == 0) {
        reactor.watch(socket.number(), events, handler);
      } else if (events == 0) {
        reactor.forget(socket.number());
      } else {
        reactor.change(socket.number(), events);
      }
      awaited = events;
    }

    /** Takes what it can of the buffer's beginning, and keeps the rest. */
    boolean take(MemorySegment bytes) {
      long sent = Libc.send(socket.number(), bytes, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
      if (sent == -Errno.EAGAIN || sent == -Errno.EINTR) {
        sent = 0;
      }
      if (sent < 0) {
        return false;
      }
      waiting =
          sent == bytes.byteSize()
              ? Optional.empty()
              : Optional.of(
                  MemorySegment.ofArray(bytes.asSlice(sent).toArray(ValueLayout.JAVA_BYTE)));
      return true;
    }

    boolean takeWaiting() {
      return waiting
          .map(bytes -> take(buffer.asSlice(0, bytes.byteSize()).copyFrom(bytes)))
          .orElse(true);
    }

    /** One read, handed to the other side. */
    boolean giveTo(Side other) {
      long count = Libc.recv(socket.number(), buffer, Libc.MSG_DONTWAIT);
      if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
        return true;
      }
      isAtEnd = count == 0;
      return count == 0 || (count > 0 && other.take(buffer.asSlice(0, count)));
    }

    /** What is read from here could go on at once. */
    boolean isToBeRead(Side other) {
      return !isAtEnd && other.waiting.isEmpty();
    }

    void endAfter(Side other) {
      if (other.isAtEnd && waiting.isEmpty() && !isEnded) {
        isEnded = true;
        var _ = Libc.shutdown(socket.number(), Libc.SHUT_WR);
      }
    }

    void close() {
      if (awaited != 0) {
        reactor.forget(socket.number());
      }
      socket.close();
    }

    void reset() {
      try (var arena = Arena.ofConfined()) {
        // struct linger: on, for no time
        var linger = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 0);
        var _ = Libc.setsockopt(socket.number(), Libc.SOL_SOCKET, Libc.SO_LINGER, linger);
      }
      close();
    }
  }

  /** The client is read when the container has answered. */
  void connect(InetSocketAddress target) {
    Optional<Fd> socket = HostSocket.towards(Protocol.TCP, target);
    if (socket.isEmpty()) {
      abort();
      return;
    }
    var side = new Side(socket.get());
    container = side;
    side.await(Libc.EPOLLOUT, events -> containerReady(side, events));
  }

  private void containerReady(Side side, int events) {
    if (isConnected) {
      ready(side, client, events);
    } else if (Libc.getsockopt(side.socket.number(), Libc.SOL_SOCKET, Libc.SO_ERROR) == 0) {
      isConnected = true;
      settle(side);
    } else {
      abort();
    }
  }

  private void ready(Side side, Side other, int events) {
    boolean isWell = (events & Libc.EPOLLOUT) == 0 || side.takeWaiting();
    if (isWell && (events & ~Libc.EPOLLOUT) != 0) {
      // An error or a hang-up too is told by reading, or by writing what waits.
      isWell = side.isToBeRead(other) ? side.giveTo(other) : side.takeWaiting();
    }
    if (isWell) {
      settle(side == client ? other : side);
    } else {
      abort();
    }
  }

  /** Passes ends on, and awaits what can be next. */
  private void settle(Side far) {
    client.endAfter(far);
    far.endAfter(client);
    if (client.isEnded && far.isEnded) {
      end(Side::close);
      return;
    }
    client.await(events(client, far), events -> ready(client, far, events));
    far.await(events(far, client), events -> containerReady(far, events));
  }

  private static int events(Side side, Side other) {
    return (side.isToBeRead(other) ? Libc.EPOLLIN : 0)
        | (side.waiting.isPresent() ? Libc.EPOLLOUT : 0);
  }

  /** Both sides see a reset. */
  void abort() {
    end(Side::reset);
  }

  private void end(Consumer<Side> how) {
    if (hasEnded) {
      return;
    }
    hasEnded = true;
    how.accept(client);
    if (container != null) {
      how.accept(container);
    }
    whenEnded.accept(this);
  }
}
