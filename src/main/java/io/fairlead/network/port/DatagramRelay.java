package io.fairlead.network.port;

import io.fairlead.linux.Datagrams;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The relay's UDP part. Each client of a port has a session: a socket of its own towards the
 * container, by which the answers find back. It ends when it was idle, and the one that was idle
 * longest when there are too many. On the relay's thread.
 */
final class DatagramRelay {
  /** So that one busy socket does not hold up the others. */
  private static final int AT_ONCE = 64;

  private final Reactor reactor;
  private final int most;
  private final Duration idle;
  private final Datagrams datagrams = new Datagrams();
  private final Map<Fd, InetSocketAddress> targets = new HashMap<>();

  /** The one that was idle longest comes first. */
  private final Map<Key, Session> sessions =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

  private boolean isClockRunning;

  private record Key(Fd served, Datagrams.Peer client) {}

  private static final class Session {
    private final Fd socket;
    private long lastNanos = System.nanoTime();

    Session(Fd socket) {
      this.socket = socket;
    }
  }

  DatagramRelay(Reactor reactor, int most, Duration idle) {
    this.reactor = reactor;
    this.most = most;
    this.idle = idle;
  }

  void serve(Fd socket, InetSocketAddress target) {
    targets.put(socket, target);
    reactor.watch(socket.number(), Libc.EPOLLIN, _ -> fromClients(socket, target));
  }

  void stop(Fd socket) {
    targets.remove(socket);
    reactor.forget(socket.number());
    sessions
        .entrySet()
        .removeIf(
            entry -> {
              boolean isGone = entry.getKey().served().equals(socket);
              if (isGone) {
                close(entry.getValue());
              }
              return isGone;
            });
  }

  private void fromClients(Fd served, InetSocketAddress target) {
    for (int i = 0; i < AT_ONCE; i++) {
      Optional<Datagrams.Peer> client = datagrams.receive(served.number());
      if (client.isEmpty()) {
        return;
      }
      session(new Key(served, client.get()), target)
          .ifPresent(
              session -> {
                session.lastNanos = System.nanoTime();
                datagrams.send(session.socket.number());
              });
    }
  }

  /** Empty if none can be opened: the datagram is lost, as datagrams may be. */
  private Optional<Session> session(Key key, InetSocketAddress target) {
    Session known = sessions.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    if (sessions.size() >= most) {
      var eldest = sessions.entrySet().iterator();
      close(eldest.next().getValue());
      eldest.remove();
    }
    return HostSocket.towards(Protocol.UDP, target)
        .map(
            socket -> {
              var session = new Session(socket);
              sessions.put(key, session);
              reactor.watch(socket.number(), Libc.EPOLLIN, _ -> fromContainer(key, session));
              startClock();
              return session;
            });
  }

  private void fromContainer(Key key, Session session) {
    for (int i = 0; i < AT_ONCE; i++) {
      // A container that does not listen is an error here, which this read takes away.
      if (datagrams.receiveConnected(session.socket.number()) < 0) {
        return;
      }
      sessions.get(key); // it is not idle
      session.lastNanos = System.nanoTime();
      datagrams.send(key.served().number(), key.client());
    }
  }

  private void close(Session session) {
    reactor.forget(session.socket.number());
    session.socket.close();
  }

  private void startClock() {
    if (!isClockRunning) {
      isClockRunning = true;
      reactor.executeAfter(idle.dividedBy(4), this::expire);
    }
  }

  private void expire() {
    long now = System.nanoTime();
    var eldest = sessions.values().iterator();
    while (eldest.hasNext()) {
      Session session = eldest.next();
      if (now - session.lastNanos < idle.toNanos()) {
        break;
      }
      close(session);
      eldest.remove();
    }
    isClockRunning = false;
    if (!sessions.isEmpty()) {
      startClock();
    }
  }
}
