package io.fairlead.network.explain;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.explain.Residents.Container;
import io.fairlead.network.explain.Survey.Family;
import io.fairlead.network.port.PortRange;
import io.fairlead.network.port.Protocol;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The network of some containers, or of all: who is where comes from the records, everything else
 * from the kernel, at one moment. Link-local addresses are left out, and the host's links that lead
 * nowhere.
 *
 * @param bridges ours; where containers were named, those that these are on
 * @param published by host port
 * @param resting containers that were named and do not run: they have no network now
 */
public record NetworkMap(
    Host host,
    List<Bridge> bridges,
    List<Sandbox> sandboxes,
    List<Published> published,
    List<Container> resting) {

  /** Joins what was read with who is there. */
  public static NetworkMap of(Survey survey, Residents residents) {
    return new Join(survey, residents).map();
  }

  /**
   * @param mac empty where it has none of six bytes
   */
  public record Interface(
      String name,
      String kind,
      boolean isUp,
      Optional<MacAddress> mac,
      int mtuBytes,
      List<InterfaceAddress> addresses) {}

  /**
   * @param gateway empty: the destination is on the link itself
   */
  public record Way(Subnet destination, Optional<InetAddress> gateway, String link) {}

  /**
   * The engine's own namespace.
   *
   * @param uplinks links that are not ours and lead somewhere: with an address, or a gateway
   * @param routes through gateways
   * @param containers in host mode
   */
  public record Host(
      Set<Family> forwarding,
      List<Interface> uplinks,
      List<Way> routes,
      List<Container> containers) {}

  /**
   * @param network empty: no network that the records know
   * @param masqueraded subnets whose packets leave the host with the host's address
   */
  public record Bridge(String network, Interface link, List<Subnet> masqueraded) {}

  /**
   * @param isThere whether the kernel has it
   */
  public record Sandbox(
      String id,
      Path pin,
      boolean isThere,
      List<Plug> links,
      List<Way> routes,
      List<Container> containers) {}

  /**
   * A link in a sandbox.
   *
   * @param hostEnd the other end of a veth pair, where that is on the host
   */
  public record Plug(Interface link, Optional<HostEnd> hostEnd) {}

  /**
   * @param bridge that it is a port of; empty: of none
   * @param isOurs whether it bears our mark; others' are their owner's
   */
  public record HostEnd(Interface link, String bridge, boolean isOurs) {}

  /** Who takes packets to a published port on. */
  public enum Carrier {
    KERNEL,
    RELAY
  }

  /**
   * Host ports that lead to a container's, one by one.
   *
   * @param sandbox the one that has the target's address; empty: none has
   */
  public record Published(
      Carrier carrier,
      Protocol protocol,
      InetAddress hostAddress,
      PortRange hostPorts,
      InetAddress target,
      PortRange targetPorts,
      Optional<String> sandbox) {}
}
