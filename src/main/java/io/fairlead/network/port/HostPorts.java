package io.fairlead.network.port;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.NamespaceThread;
import io.fairlead.linux.NetNamespace;
import io.fairlead.network.address.Addresses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The host's ports. The kernel's {@code bind} is the judge of who has one; a port is ours while a
 * socket holds it. All sockets are made in the host's namespace.
 */
public final class HostPorts implements AutoCloseable {
  private final NamespaceThread host;
  private final PortHolderLookup holders;
  private final boolean hasV6;

  /**
   * @param holders asked only where a port is taken
   */
  public HostPorts(NetNamespace host, PortHolderLookup holders) {
    this.host = new NamespaceThread(host, "fairlead host ports");
    this.holders = holders;
    this.hasV6 = this.host.call(HostSocket::hasV6);
  }

  /**
   * Binds everything of a request, or nothing: one result for each publication and family. "All
   * addresses" of a publication are 0.0.0.0 and ::, with the same number.
   *
   * @throws EngineFault {@code Bind for 0.0.0.0:8080 failed: port is already allocated} and who has
   *     it
   * @throws InvalidRequest if there are not descriptors enough
   */
  public List<BoundPorts> bind(List<Publication> publications) {
    Descriptors.require(publications.stream().mapToLong(this::countSockets).sum());
    try {
      return host.call(() -> bindAll(publications));
    } catch (TakenPort e) {
      throw taken(e.ports);
    } catch (KernelException e) {
      throw refused(e);
    }
  }

  /**
   * Holds ports anew, after whoever held them is gone.
   *
   * @throws EngineFault as {@link #bind}
   */
  public BoundPorts hold(HeldPorts ports, PortRange container) {
    return bind(List.of(
            new Publication(
                ports.protocol(),
                container,
                Optional.of(ports.address()),
                new HostChoice.Exactly(ports.range()))))
        .getFirst();
  }

  /** Passes {@link Binding.Taken} through a {@code Callable} without being wrapped. */
  private static final class TakenPort extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient HeldPorts ports;

    TakenPort(Binding.Taken cause) {
      super(cause);
      this.ports = cause.ports();
    }
  }

  private List<BoundPorts> bindAll(List<Publication> publications) {
    var bound = new ArrayList<BoundPorts>();
    try {
      // What is asked for by number first: an ephemeral port must not take it.
      for (Publication publication :
          publications.stream().sorted(Comparator.comparingInt(HostPorts::freedom)).toList()) {
        bound.addAll(new Binding(publication, hasV6).bind());
      }
      return bound;
    } catch (Binding.Taken e) {
      bound.forEach(BoundPorts::close);
      throw new TakenPort(e);
    } catch (RuntimeException e) {
      bound.forEach(BoundPorts::close);
      throw e;
    }
  }

  private long countSockets(Publication publication) {
    boolean isOfBothFamilies = publication.hostAddress().isEmpty() && hasV6;
    return publication.container().count() * (isOfBothFamilies ? 2L : 1L);
  }

  private static int freedom(Publication publication) {
    return switch (publication.host()) {
      case HostChoice.Exactly _ -> 0;
      case HostChoice.OneOf _ -> 1;
      case HostChoice.Ephemeral _ -> 2;
    };
  }

  private EngineFault taken(HeldPorts ports) {
    String address = Addresses.text(ports.address());
    String place =
        "%s:%s"
            .formatted(
                Addresses.isV6(ports.address()) ? "[" + address + "]" : address, ports.range());
    if (ports.range().equals(Binding.ANY_PORT)) {
      return new EngineFault(
          "Bind for %s failed: all ports are allocated: none of net.ipv4.ip_local_port_range is free; choose one with -p"
              .formatted(place));
    }
    if (ports.range().count() > 1) {
      return new EngineFault(
          "Bind for %s failed: all ports are allocated: none of the %d is free; choose others with -p"
              .formatted(place, ports.range().count()));
    }
    String holder =
        holders
            .holder(ports.protocol(), ports.address(), ports.range().first())
            .orElse("another program");
    return new EngineFault(
        "Bind for %s failed: port is already allocated: %s is held by %s; choose another with -p"
            .formatted(place, ports, holder));
  }

  private static RuntimeException refused(KernelException e) {
    return switch (e.errno()) {
      case Errno.EADDRNOTAVAIL ->
          new EngineFault(
              "Bind for %s failed: cannot assign requested address: no interface of this host has it"
                  .formatted(e.object()),
              e);
      case Errno.EACCES ->
          new EngineFault(
              "Bind for %s failed: permission denied: ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE"
                  .formatted(e.object()),
              e);
      case Errno.EAFNOSUPPORT ->
          new EngineFault("Bind for %s failed: this host has no IPv6".formatted(e.object()), e);
      default -> e;
    };
  }

  @Override
  public void close() {
    host.close();
  }
}
