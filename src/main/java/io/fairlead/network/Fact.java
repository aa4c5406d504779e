package io.fairlead.network;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.ForeignChain;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.Relay;
import java.net.InetAddress;
import java.util.List;

/**
 * One thing that the kernel has, or should have. Two facts with the same {@link #key} are about the
 * same thing; where they are not equal, that thing is to be altered. Facts print as one line.
 */
public sealed interface Fact {

  /**
   * What the fact is about: a record of the identifying parts, comparable with keys of the same
   * kind only by equals.
   */
  Key key();

  /** Many of a kind are changed by one call: elements in one transaction, ports by one look. */
  sealed interface Gathered extends Fact {}

  /** The identity of a thing: its kind and name. */
  record Key(Class<? extends Fact> kind, Place place, String name) {}

  /**
   * A host-wide switch that we only ever turn on (net/ipv4/ip_forward): never taken back by a diff.
   */
  record HostSwitch(String path, String value) implements Fact {
    @Override
    public Key key() {
      return new Key(HostSwitch.class, Place.HOST, path);
    }
  }

  /**
   * A table of ours with its chains and rules, but not its elements.
   *
   * @param rules in order, each as {@code chain: comment}
   */
  record Skeleton(FirewallTable table, List<String> rules) implements Fact {
    @Override
    public Key key() {
      return new Key(Skeleton.class, Place.HOST, table.nftFamily());
    }

    @Override
    public String toString() {
      return "Skeleton[%s, %d rules]".formatted(table.nftFamily(), rules.size());
    }
  }

  /** The accept that we have in front of a chain of another firewall. */
  record ForeignRule(ForeignChain chain) implements Fact {
    @Override
    public Key key() {
      return new Key(ForeignRule.class, Place.HOST, chain.toString());
    }
  }

  /**
   * A network's bridge on the host.
   *
   * @param owner our mark on the link (its alias): the engine and the network
   */
  record Bridge(String name, MacAddress mac, int mtuBytes, String owner, boolean isUp)
      implements Fact {
    @Override
    public Key key() {
      return new Key(Bridge.class, Place.HOST, name);
    }
  }

  /** A sandbox's pinned namespace, its loopback up or not yet. */
  record Pin(Place.Sandbox sandbox, boolean isLoopbackUp) implements Fact {
    @Override
    public Key key() {
      return new Key(Pin.class, sandbox, "");
    }
  }

  /**
   * A veth pair: one end in the sandbox, one on the host. Both ends go together.
   *
   * @param bridge the host end's master, empty: none
   * @param owner our mark on the host end (its alias): the engine and the endpoint
   * @param isHairpin whether the bridge may send a frame back out of this port
   * @param isLearning whether the bridge remembers MACs by what comes in here. The endpoint's own
   *     is bound anyway ({@link ForwardingEntry})
   * @param isUp whether both ends are up
   * @param hasIpv6 whether the container end may have IPv6 addresses
   */
  record Veth(
      Place.Sandbox sandbox,
      String hostEnd,
      String containerEnd,
      MacAddress mac,
      int mtuBytes,
      String bridge,
      String owner,
      boolean isHairpin,
      boolean isLearning,
      boolean isUp,
      boolean hasIpv6)
      implements Fact {
    @Override
    public Key key() {
      return new Key(Veth.class, sandbox, containerEnd);
    }
  }

  /**
   * What binds the container's MAC to its port of the bridge: frames for it go nowhere else,
   * whatever others send. It goes with its pair.
   */
  record ForwardingEntry(Place.Sandbox sandbox, String hostEnd, String containerEnd, MacAddress mac)
      implements Fact {
    @Override
    public Key key() {
      return new Key(ForwardingEntry.class, sandbox, containerEnd);
    }
  }

  /**
   * A setting of one of our own links (net/ipv4/conf/docker0/route_localnet). It goes with its
   * link.
   */
  record Sysctl(String link, String path, String value) implements Fact {
    @Override
    public Key key() {
      return new Key(Sysctl.class, Place.HOST, path);
    }
  }

  record Address(Place place, String link, InterfaceAddress address) implements Fact {
    @Override
    public Key key() {
      return new Key(Address.class, place, link + " " + address);
    }
  }

  /** A route through a gateway; the destination of length 0 is the default route of its family. */
  record Route(Place place, Subnet destination, InetAddress gateway, String link) implements Fact {
    @Override
    public Key key() {
      return new Key(Route.class, place, destination.toString());
    }
  }

  /**
   * A host port that is held against other programs; a range is one fact.
   *
   * @param container whose conmon keeps the sockets
   */
  record HeldPort(String container, HeldPorts ports) implements Gathered {
    @Override
    public Key key() {
      return new Key(HeldPort.class, Place.HOST, container + " " + ports);
    }
  }

  /** Held v6 ports whose own sockets the relay serves. Like them a fact of the whole host. */
  record Listener(Relay.Service service) implements Gathered {
    @Override
    public Key key() {
      return new Key(Listener.class, Place.HOST, service.container() + " " + service.ports());
    }

    @Override
    public String toString() {
      return "Listener[%s]".formatted(service);
    }
  }

  /** An element of one of the skeleton's sets and maps. */
  record Element(FirewallElement element) implements Gathered {
    @Override
    public Key key() {
      return new Key(Element.class, Place.HOST, element.map().nftName() + " " + element.key());
    }
  }
}
