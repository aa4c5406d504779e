package io.fairlead.network.port;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Handback;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.Reactor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;

/**
 * Copies between clients and containers where the kernel cannot translate: from IPv6 to a container
 * that has none, and whatever is sent to ::1. It serves on the very sockets that hold the ports.
 * One thread, in the host's namespace, does all of it; what is open at a time is bounded.
 */
public final class Relay implements AutoCloseable {
  private static final int MOST_STREAMS = 1000;
  private static final int MOST_SESSIONS = 1000;

  /** As long as the kernel remembers a UDP exchange (nf_conntrack_udp_timeout_stream). */
  private static final Duration SESSION_IDLE = Duration.ofMinutes(2);

  /**
   * Host ports of a v6 address and where they lead.
   *
   * @param container who has published them
   * @param target the container's address, of either family
   * @param targetPort that the first of the ports leads to
   */
  public record Service(String container, HeldPorts ports, InetAddress target, int targetPort) {
    @Override
    public String toString() {
      return "%s -> %s port %d".formatted(ports, target.getHostAddress(), targetPort);
    }
  }

  private record Served(Service service, List<Fd> sockets) {}

  private final Reactor reactor;
  private final StreamRelay streams;
  private final DatagramRelay datagrams;
  private final Map<HeldPorts, Served> served = new HashMap<>();

  public Relay(NetNamespace host) {
    this(host, MOST_STREAMS, MOST_SESSIONS, SESSION_IDLE);
  }

  Relay(NetNamespace host, int mostStreams, int mostSessions, Duration sessionIdle) {
    reactor = new Reactor("relay", host::enter);
    streams = new StreamRelay(reactor, mostStreams);
    datagrams = new DatagramRelay(reactor, mostSessions, sessionIdle);
  }

  /**
   * Serves from now on, instead of what served these ports before.
   *
   * @param sockets that hold the ports of each, in their order; the relay's from now on
   */
  public void serve(Map<Service, List<Fd>> sockets) {
    call(() -> sockets.forEach(this::start));
  }

  private void start(Service service, List<Fd> sockets) {
    end(service.ports());
    served.put(service.ports(), new Served(service, sockets));
    Protocol protocol = service.ports().protocol();
    for (int i = 0; i < sockets.size(); i++) {
      Fd socket = sockets.get(i);
      var target = new InetSocketAddress(service.target(), service.targetPort() + i);
      switch (protocol) {
        case TCP -> streams.serve(socket, target);
        case UDP -> datagrams.serve(socket, target);
      }
      HostSocket.open(protocol, socket);
    }
  }

  /** Ends what is under way too. Does nothing where ports are not served. */
  public void stop(Collection<HeldPorts> ports) {
    call(() -> ports.forEach(this::end));
  }

  private void end(HeldPorts ports) {
    Served ended = served.remove(ports);
    if (ended != null) {
      end(ended);
    }
  }

  private void end(Served ended) {
    for (Fd socket : ended.sockets()) {
      HostSocket.shut(socket);
      switch (ended.service().ports().protocol()) {
        case TCP -> streams.stop(socket);
        case UDP -> datagrams.stop(socket);
      }
      socket.close();
    }
  }

  /** What is served now, by all of its sockets, as the kernel says. */
  public List<Service> services() {
    var services = new Handback<>(() -> served.values().stream().filter(Relay::isOpen).toList());
    return await(services).stream().map(Served::service).toList();
  }

  private static boolean isOpen(Served served) {
    HeldPorts ports = served.service().ports();
    return served.sockets().size() == ports.range().count()
        && served.sockets().stream()
            .allMatch(socket -> HostSocket.isOpen(ports.protocol(), socket));
  }

  private void call(Runnable action) {
    var _ = await(new Handback<>(Executors.callable(action, /* result= */ true)));
  }

  private <T> T await(FutureTask<T> task) {
    reactor.execute(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the relay was changed", e);
    }
  }

  /** Clients are refused from now on, until the next relay takes the sockets. */
  @Override
  public void close() {
    call(
        () -> {
          served.values().forEach(this::end);
          served.clear();
        });
    reactor.close();
  }
}
