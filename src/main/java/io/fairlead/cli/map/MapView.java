package io.fairlead.cli.map;

import java.util.List;
import java.util.Optional;

/**
 * A map as the daemon answers it; all addresses are texts, with prefix length where they are a
 * link's.
 *
 * @param stopped containers that were asked for and do not run
 */
public record MapView(
    Host host,
    List<Bridge> bridges,
    List<Sandbox> sandboxes,
    List<Port> ports,
    List<Container> stopped) {

  /**
   * @param isOwner whether its sandbox was made for it
   */
  public record Container(String name, String state, boolean isOwner) {
    boolean isRunning() {
      return state.equals("running");
    }
  }

  public record Link(String name, boolean isUp, String mac, List<String> addresses) {}

  /**
   * @param gateway empty: none
   */
  public record Route(String destination, String gateway, String link) {
    boolean isDefault() {
      return destination.endsWith("/0");
    }

    /** As {@code ip route} says it. */
    String text(boolean namesLink) {
      return (isDefault() ? "default" : destination)
          + (gateway.isEmpty() ? "" : " via " + gateway)
          + (namesLink ? " dev " + link : "");
    }
  }

  /**
   * @param links those that lead out
   */
  public record Host(
      boolean forwardsIpv4,
      boolean forwardsIpv6,
      List<Link> links,
      List<Route> routes,
      List<Container> containers) {}

  /**
   * @param masquerades subnets that leave with the host's address
   */
  public record Bridge(String network, Link link, List<String> masquerades) {
    String name() {
      return link.name();
    }
  }

  public record Sandbox(
      String id,
      String pin,
      boolean isThere,
      List<Inner> links,
      List<Route> routes,
      List<Container> containers) {

    String shortId() {
      return id.substring(0, Math.min(12, id.length()));
    }

    /** The first bridge of ours that it is on. */
    Optional<String> bridge() {
      return links.stream()
          .flatMap(inner -> inner.hostEnd().stream())
          .filter(end -> end.isOurs() && !end.bridge().isEmpty())
          .map(HostEnd::bridge)
          .findFirst();
    }

    /** Routes that an address does not bring along. */
    List<Route> notableRoutes() {
      return routes.stream().filter(route -> !route.gateway().isEmpty()).toList();
    }
  }

  /** A link in a sandbox, and the other end of its pair where that is on the host. */
  public record Inner(Link link, Optional<HostEnd> hostEnd) {
    boolean isLoopback() {
      return link.name().equals("lo");
    }

    boolean isUp() {
      return link.isUp() && hostEnd.map(end -> end.link().isUp()).orElse(true);
    }
  }

  public record HostEnd(Link link, String bridge, boolean isOurs) {}

  /**
   * @param sandbox the id of the one that has the target; empty: none has
   */
  public record Port(
      boolean isRelayed,
      String protocol,
      String hostAddress,
      String hostPorts,
      String target,
      String targetPorts,
      String sandbox) {

    String outside() {
      return joined(hostAddress, hostPorts) + "/" + protocol;
    }

    String inside() {
      return joined(target, targetPorts);
    }

    boolean isForTheHostAlone() {
      return hostAddress.startsWith("127.") || hostAddress.equals("::1");
    }

    private static String joined(String address, String ports) {
      return (address.contains(":") ? "[" + address + "]" : address) + ":" + ports;
    }
  }

  List<Port> portsOf(Sandbox sandbox) {
    return ports.stream().filter(port -> port.sandbox().equals(sandbox.id())).toList();
  }

  /** Ports that lead to an address that no sandbox has. */
  List<Port> portsOfNobody() {
    return ports.stream().filter(port -> port.sandbox().isEmpty()).toList();
  }

  List<Sandbox> sandboxesOn(Bridge bridge) {
    return sandboxes.stream()
        .filter(sandbox -> sandbox.bridge().equals(Optional.of(bridge.name())))
        .toList();
  }

  /** On no bridge that is shown. */
  List<Sandbox> sandboxesApart() {
    return sandboxes.stream()
        .filter(
            sandbox ->
                bridges.stream()
                    .noneMatch(bridge -> sandbox.bridge().equals(Optional.of(bridge.name()))))
        .toList();
  }
}
