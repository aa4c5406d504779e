package io.fairlead.network.port;

import io.fairlead.linux.Fd;
import io.fairlead.network.address.Addresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The binding of one publication, on a thread in the host's namespace: all of its ports in all of
 * its families, or none.
 */
final class Binding {
  private static final int EPHEMERAL_ATTEMPTS = 100;
  static final InetAddress ANY_V4 = Addresses.parse("0.0.0.0");
  static final InetAddress ANY_V6 = Addresses.parse("::");

  /** What an ephemeral port may be. */
  static final PortRange ANY_PORT = new PortRange(1, PortRange.MAX);

  /** A port that somebody has. */
  static final class Taken extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient HeldPorts ports;

    Taken(HeldPorts ports) {
      super(ports.toString());
      this.ports = ports;
    }

    HeldPorts ports() {
      return ports;
    }
  }

  private final Publication publication;
  private final List<InetAddress> addresses;

  /**
   * @param hasV6 whether "all addresses" are v6 ones too
   */
  Binding(Publication publication, boolean hasV6) {
    this.publication = publication;
    this.addresses =
        publication
            .hostAddress()
            .map(List::of)
            .orElse(hasV6 ? List.of(ANY_V4, ANY_V6) : List.of(ANY_V4));
  }

  /** One for each family. */
  List<BoundPorts> bind() throws Taken {
    return switch (publication.host()) {
      case HostChoice.Exactly(PortRange range) -> exactly(range);
      case HostChoice.OneOf(PortRange range) -> oneOf(range);
      case HostChoice.Ephemeral() -> ephemeral();
    };
  }

  private List<BoundPorts> exactly(PortRange range) throws Taken {
    var bound = new ArrayList<BoundPorts>();
    try {
      for (InetAddress address : addresses) {
        bound.add(bind(address, range));
      }
      return bound;
    } catch (Taken | RuntimeException e) {
      bound.forEach(BoundPorts::close);
      throw e;
    }
  }

  private BoundPorts bind(InetAddress address, PortRange range) throws Taken {
    var sockets = new ArrayList<Fd>();
    try {
      for (int port = range.first(); port <= range.last(); port++) {
        Optional<Fd> socket = HostSocket.bind(publication.protocol(), address, port);
        if (socket.isEmpty()) {
          throw new Taken(held(address, PortRange.of(port)));
        }
        sockets.add(socket.get());
      }
      return bound(address, range, sockets);
    } catch (Taken | RuntimeException e) {
      sockets.forEach(Fd::close);
      throw e;
    }
  }

  private List<BoundPorts> oneOf(PortRange range) throws Taken {
    for (int port = range.first(); port <= range.last(); port++) {
      Optional<List<BoundPorts>> bound = sameOnAll(port);
      if (bound.isPresent()) {
        return bound.get();
      }
    }
    throw new Taken(held(addresses.getFirst(), range));
  }

  /** The kernel chooses for the first family; in the others the number may be taken. */
  private List<BoundPorts> ephemeral() throws Taken {
    for (int attempt = 0; attempt < EPHEMERAL_ATTEMPTS; attempt++) {
      Optional<List<BoundPorts>> bound = sameOnAll(0);
      if (bound.isPresent()) {
        return bound.get();
      }
    }
    throw new Taken(held(addresses.getFirst(), ANY_PORT));
  }

  /**
   * The same number on every address, or nothing.
   *
   * @param wanted 0: one that the kernel chooses
   */
  private Optional<List<BoundPorts>> sameOnAll(int wanted) {
    var bound = new ArrayList<BoundPorts>();
    int port = wanted;
    try {
      for (InetAddress address : addresses) {
        Optional<Fd> socket = HostSocket.bind(publication.protocol(), address, port);
        if (socket.isEmpty()) {
          bound.forEach(BoundPorts::close);
          return Optional.empty();
        }
        port = HostSocket.portOf(socket.get());
        bound.add(bound(address, PortRange.of(port), List.of(socket.get())));
      }
      return Optional.of(bound);
    } catch (RuntimeException e) {
      bound.forEach(BoundPorts::close);
      throw e;
    }
  }

  private BoundPorts bound(InetAddress address, PortRange range, List<Fd> sockets) {
    return new BoundPorts(held(address, range), publication.container(), sockets);
  }

  private HeldPorts held(InetAddress address, PortRange range) {
    return new HeldPorts(publication.protocol(), address, range);
  }
}
