package io.fairlead.network;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.SocketDiag;
import io.fairlead.linux.netlink.SocketProcess;
import io.fairlead.linux.netlink.Transport;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.port.BoundPorts;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.HolderQueue;
import io.fairlead.network.port.HostPorts;
import io.fairlead.network.port.PortRange;
import io.fairlead.network.port.Protocol;
import io.fairlead.network.port.Publication;
import io.fairlead.store.EndpointRow;
import io.fairlead.store.PublishedPortRow;
import io.fairlead.store.Store;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The host ports of containers, each container's in a queue that its conmon inherits, so that they
 * are held while the container runs and whether or not a daemon does. A start binds them and puts
 * them in; the applier then finds them there, and binds anew only what is missing.
 */
final class QueuedPorts implements AutoCloseable {
  private static final InetAddress ANY6 = Addresses.parse("::");

  private final NetNamespace host;
  private final Store store;
  private final HostPorts hostPorts;
  private final Function<String, Optional<Fd>> conmonPidfd;
  private final Map<String, HolderQueue> queues = new ConcurrentHashMap<>();

  QueuedPorts(NetNamespace host, Store store, Function<String, Optional<Fd>> conmonPidfd) {
    this.host = host;
    this.store = store;
    this.hostPorts = new HostPorts(host, this::holder);
    this.conmonPidfd = conmonPidfd;
  }

  /** Only the form of a request. */
  static void check(NetworkRequest request) {
    Publication.of(request.exposedPorts(), request.bindings(), request.publishAll());
  }

  /**
   * Binds all that a request publishes at an endpoint, or nothing.
   *
   * @throws EngineFault if a port is taken
   */
  Bound bind(String containerId, NetworkRequest request, EndpointRow endpoint) {
    List<Publication> publications =
        Publication.of(request.exposedPorts(), request.bindings(), request.publishAll()).stream()
            .map(publication -> reachable(publication, endpoint))
            .toList();
    Optional<Bound> kept = kept(containerId);
    if (kept.isPresent()) {
      return kept.get();
    }
    if (publications.isEmpty()) {
      return new Bound(containerId, List.of(), Optional.empty());
    }
    List<BoundPorts> ports = hostPorts.bind(publications);
    var queue = HolderQueue.create();
    try {
      ports.forEach(queue::add);
      return new Bound(
          containerId,
          ports.stream().map(bound -> row(containerId, bound)).toList(),
          Optional.of(queue));
    } catch (RuntimeException e) {
      queue.close();
      throw e;
    } finally {
      ports.forEach(BoundPorts::close);
    }
  }

  /** What a container still holds that is brought back before its place was cleared away. */
  private Optional<Bound> kept(String containerId) {
    List<PublishedPortRow> rows = store.read(records -> records.portsOf(containerId));
    HolderQueue queue = queues.get(containerId);
    if (rows.isEmpty()
        || queue == null
        || queue.held(rows.stream().map(HeldPorts::of).toList()).size() < rows.size()) {
      return Optional.empty();
    }
    var bound = new Bound(containerId, rows, Optional.of(queue));
    bound.committed();
    return Optional.of(bound);
  }

  Bound none(String containerId) {
    return new Bound(containerId, List.of(), Optional.empty());
  }

  /** IPv6 reaches every container, through the relay where need be; IPv4 only one that has it. */
  private static Publication reachable(Publication publication, EndpointRow endpoint) {
    if (endpoint.isGateway4() || publication.hostAddress().map(Addresses::isV6).orElse(false)) {
      return publication;
    }
    if (publication.hostAddress().isPresent()) {
      throw new InvalidRequest(
          "cannot publish on %s: the container has no IPv4 address; use an IPv6 address, or a network that has both"
              .formatted(Addresses.text(publication.hostAddress().get())));
    }
    return new Publication(
        publication.protocol(), publication.container(), Optional.of(ANY6), publication.host());
  }

  private static PublishedPortRow row(String containerId, BoundPorts bound) {
    HeldPorts held = bound.host();
    return new PublishedPortRow(
        containerId,
        held.protocol().toString(),
        Addresses.text(held.address()),
        held.range().first(),
        bound.container().first(),
        held.range().count());
  }

  /** What one start has bound, in its queue. */
  final class Bound {
    private final String containerId;
    private final List<PublishedPortRow> rows;
    private final Optional<HolderQueue> queue;
    private boolean isCommitted;

    Bound(String containerId, List<PublishedPortRow> rows, Optional<HolderQueue> queue) {
      this.containerId = containerId;
      this.rows = rows;
      this.queue = queue;
    }

    String containerId() {
      return containerId;
    }

    List<PublishedPortRow> rows() {
      return rows;
    }

    /** The applier finds them from now on; the transaction may still be rolled back. */
    void recorded() {
      queue.ifPresent(
          mine -> {
            HolderQueue old = queues.put(containerId, mine);
            if (old != null && !old.equals(mine)) {
              old.close();
            }
          });
    }

    /** From now on the applier withdraws them when the records say so. */
    void committed() {
      isCommitted = true;
    }

    List<Integer> inheritedFds() {
      return queue.map(HolderQueue::descriptors).orElse(List.of());
    }

    /**
     * Lets go of them, unless they were committed.
     *
     * @return whether it did
     */
    boolean close() {
      if (isCommitted) {
        return false;
      }
      queue.ifPresent(
          mine -> {
            queues.remove(containerId, mine);
            mine.close();
          });
      return true;
    }
  }

  /** Those of these that are held. */
  List<Fact.HeldPort> held(Collection<Fact.HeldPort> asked) {
    var held = new ArrayList<Fact.HeldPort>();
    byContainer(asked)
        .forEach(
            (container, ports) ->
                queue(container).stream()
                    .flatMap(queue -> queue.held(ports).stream())
                    .forEach(there -> held.add(new Fact.HeldPort(container, there))));
    return held;
  }

  /** Does nothing for those that the start has put in already. */
  void hold(Collection<Fact.HeldPort> wanted) {
    var missing = new LinkedHashSet<>(wanted);
    held(wanted).forEach(missing::remove);
    for (Fact.HeldPort port : missing) {
      HolderQueue queue =
          queue(port.container())
              .orElseGet(() -> queues.computeIfAbsent(port.container(), _ -> HolderQueue.create()));
      try (var bound = hostPorts.hold(port.ports(), port.ports().range())) {
        queue.add(bound);
      }
    }
  }

  void release(Collection<Fact.HeldPort> gone) {
    byContainer(gone)
        .forEach(
            (container, ports) ->
                queue(container)
                    .filter(queue -> queue.withdraw(ports) == 0)
                    .ifPresent(
                        empty -> {
                          empty.close();
                          queues.remove(container);
                        }));
  }

  /**
   * Copies of the sockets that hold these ports, each range's in the order of its ports.
   *
   * @return the caller's to close; without those that are not held
   */
  Map<HeldPorts, List<Fd>> sockets(String container, Collection<HeldPorts> ports) {
    return queue(container).map(queue -> queue.sockets(ports)).orElse(Map.of());
  }

  private static Map<String, Set<HeldPorts>> byContainer(Collection<Fact.HeldPort> ports) {
    return ports.stream()
        .collect(
            Collectors.groupingBy(
                Fact.HeldPort::container,
                LinkedHashMap::new,
                Collectors.mapping(
                    Fact.HeldPort::ports, Collectors.toCollection(LinkedHashSet::new))));
  }

  /** This engine's own, else the one that conmon got from an earlier daemon. */
  private Optional<HolderQueue> queue(String containerId) {
    HolderQueue known = queues.get(containerId);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<HolderQueue> inherited =
        conmonPidfd.apply(containerId).flatMap(QueuedPorts::inherited);
    inherited.ifPresent(queue -> queues.put(containerId, queue));
    return inherited;
  }

  private static Optional<HolderQueue> inherited(Fd pidfd) {
    try (pidfd) {
      return Optional.of(HolderQueue.ofConmon(pidfd));
    } catch (KernelException e) {
      // It ended meanwhile, or was started without ports.
      return Optional.empty();
    }
  }

  /** A container's ports are named after it; others by the process that has the socket. */
  private Optional<String> holder(Protocol protocol, InetAddress address, int port) {
    var wanted = new HeldPorts(protocol, address, PortRange.of(port));
    Optional<String> ours =
        store.read(
            records ->
                records.ports().stream()
                    .filter(row -> conflicts(row, wanted))
                    .findFirst()
                    .flatMap(row -> records.container(row.containerId()))
                    .filter(Wants::isActive)
                    .map(row -> "container " + row.name()));
    return ours.or(() -> foreign(protocol, address, port));
  }

  private static boolean conflicts(PublishedPortRow row, HeldPorts wanted) {
    InetAddress address = Addresses.parse(row.hostAddress());
    return row.protocol().equals(wanted.protocol().toString())
        && Addresses.isV6(address) == Addresses.isV6(wanted.address())
        && (address.equals(wanted.address())
            || address.isAnyLocalAddress()
            || wanted.address().isAnyLocalAddress())
        && row.hostPort() <= wanted.range().first()
        && wanted.range().first() < row.hostPort() + row.count();
  }

  private Optional<String> foreign(Protocol protocol, InetAddress address, int port) {
    var transport = protocol == Protocol.TCP ? Transport.TCP : Transport.UDP;
    return host.call(
        "port-holder",
        () -> {
          var found = new ArrayList<String>();
          try (var diag = NetlinkSocket.open(NetlinkSocket.NETLINK_SOCK_DIAG)) {
            SocketDiag.holders(diag, transport, address, port).stream()
                .filter(socket -> socket.inode() != 0)
                .flatMap(socket -> SocketProcess.of(socket.inode()).stream())
                .map(process -> "%s (pid %d)".formatted(process.name(), process.pid()))
                .forEach(found::add);
          }
          return found.stream().findFirst();
        });
  }

  /** Lets go of this daemon's ends; conmons keep theirs. */
  @Override
  public void close() {
    queues.values().forEach(HolderQueue::close);
    queues.clear();
    hostPorts.close();
  }
}
