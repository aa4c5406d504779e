package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.engine.Engine;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.explain.NetworkMap;
import io.fairlead.network.explain.NetworkMap.Plug;
import io.fairlead.network.explain.NetworkMap.Published;
import io.fairlead.network.explain.Residents;
import io.fairlead.network.explain.Survey.Family;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The map of the network: an operation of our own, beside Docker's. */
final class MapApi {
  private final Engine engine;

  MapApi(Engine engine) {
    this.engine = engine;
  }

  private record Map(
      Host host,
      List<Bridge> bridges,
      List<Sandbox> sandboxes,
      List<Port> published,
      List<Container> stopped) {}

  private record Container(String id, String name, String state, boolean owner) {}

  private record Link(
      String name, String kind, boolean up, String mac, int mtu, List<String> addresses) {}

  private record Way(String destination, String gateway, String link) {}

  private record Host(
      @JsonProperty("ForwardsIPv4") boolean forwards4,
      @JsonProperty("ForwardsIPv6") boolean forwards6,
      List<Link> links,
      List<Way> routes,
      List<Container> containers) {}

  private record Bridge(String network, Link link, List<String> masquerades) {}

  private record Sandbox(
      String id,
      String pin,
      boolean there,
      List<Inner> links,
      List<Way> routes,
      List<Container> containers) {}

  private record Inner(Link link, @Nullable End hostEnd) {}

  private record End(Link link, String bridge, boolean ours) {}

  private record Port(
      String by,
      String protocol,
      String hostAddress,
      String hostPorts,
      String target,
      String targetPorts,
      String sandbox) {}

  /**
   * {@code GET /fairlead/map?container=x&container=y}: the network of some containers as the kernel
   * has it now; of all, where none is named.
   */
  void map(Exchange exchange) {
    exchange.respond(200, map(engine.map(exchange.query().all("container"))));
  }

  private static Map map(NetworkMap map) {
    return new Map(
        host(map.host()),
        map.bridges().stream()
            .map(each -> new Bridge(each.network(), link(each.link()), texts(each.masqueraded())))
            .toList(),
        map.sandboxes().stream().map(MapApi::sandbox).toList(),
        map.published().stream().map(MapApi::port).toList(),
        containers(map.resting()));
  }

  private static Host host(NetworkMap.Host host) {
    return new Host(
        host.forwarding().contains(Family.IPV4),
        host.forwarding().contains(Family.IPV6),
        host.uplinks().stream().map(MapApi::link).toList(),
        ways(host.routes()),
        containers(host.containers()));
  }

  private static Sandbox sandbox(NetworkMap.Sandbox sandbox) {
    return new Sandbox(
        sandbox.id(),
        sandbox.pin().toString(),
        sandbox.isThere(),
        sandbox.links().stream().map(MapApi::inner).toList(),
        ways(sandbox.routes()),
        containers(sandbox.containers()));
  }

  private static Inner inner(Plug plug) {
    Optional<End> end =
        plug.hostEnd().map(each -> new End(link(each.link()), each.bridge(), each.isOurs()));
    return new Inner(link(plug.link()), end.orElse(null));
  }

  private static Link link(NetworkMap.Interface link) {
    return new Link(
        link.name(),
        link.kind(),
        link.isUp(),
        link.mac().map(MacAddress::toString).orElse(""),
        link.mtuBytes(),
        link.addresses().stream().map(InterfaceAddress::toString).toList());
  }

  private static Port port(Published port) {
    return new Port(
        port.carrier().name().toLowerCase(Locale.ROOT),
        port.protocol().toString(),
        Addresses.text(port.hostAddress()),
        port.hostPorts().toString(),
        Addresses.text(port.target()),
        port.targetPorts().toString(),
        port.sandbox().orElse(""));
  }

  private static List<Way> ways(List<NetworkMap.Way> ways) {
    return ways.stream()
        .map(
            way ->
                new Way(
                    way.destination().toString(),
                    way.gateway().map(Addresses::text).orElse(""),
                    way.link()))
        .toList();
  }

  private static List<Container> containers(List<Residents.Container> containers) {
    return containers.stream()
        .map(each -> new Container(each.id(), each.name(), each.state(), each.isOwner()))
        .toList();
  }

  private static List<String> texts(List<Subnet> subnets) {
    return subnets.stream().map(Subnet::toString).toList();
  }
}
