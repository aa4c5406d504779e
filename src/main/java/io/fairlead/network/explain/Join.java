package io.fairlead.network.explain;

import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Route;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.explain.NetworkMap.Bridge;
import io.fairlead.network.explain.NetworkMap.Host;
import io.fairlead.network.explain.NetworkMap.HostEnd;
import io.fairlead.network.explain.NetworkMap.Interface;
import io.fairlead.network.explain.NetworkMap.Plug;
import io.fairlead.network.explain.NetworkMap.Published;
import io.fairlead.network.explain.NetworkMap.Sandbox;
import io.fairlead.network.explain.NetworkMap.Way;
import io.fairlead.network.explain.Survey.Namespace;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Joins a survey of the kernel with who is where. */
final class Join {
  private final Survey survey;
  private final Residents residents;
  private final Firewall firewall;
  private final Map<Integer, Link> hostLinks = new LinkedHashMap<>();

  Join(Survey survey, Residents residents) {
    this.survey = survey;
    this.residents = residents;
    this.firewall = new Firewall(survey.table());
    survey.host().links().forEach(link -> hostLinks.put(link.index(), link));
  }

  NetworkMap map() {
    List<Sandbox> sandboxes = residents.sandboxes().stream().map(this::sandbox).toList();
    return new NetworkMap(
        host(sandboxes), bridges(sandboxes), sandboxes, published(sandboxes), residents.resting());
  }

  private Host host(List<Sandbox> sandboxes) {
    var inner = new HashSet<String>();
    hostEnds(sandboxes).forEach(end -> inner.add(end.link().name()));
    List<Way> routes =
        ways(survey.host()).stream().filter(way -> way.gateway().isPresent()).toList();
    List<Interface> uplinks =
        survey.host().links().stream()
            .filter(link -> !survey.ours().contains(link.index()) && !link.name().equals("lo"))
            .map(link -> described(survey.host(), link))
            .filter(link -> !inner.contains(link.name()) && leadsSomewhere(link, routes))
            .toList();
    return new Host(survey.forwarding(), uplinks, routes, residents.onHost());
  }

  private static boolean leadsSomewhere(Interface link, List<Way> routes) {
    return !link.addresses().isEmpty()
        || routes.stream().anyMatch(way -> way.link().equals(link.name()));
  }

  private List<Bridge> bridges(List<Sandbox> sandboxes) {
    var used = new HashMap<String, Set<InterfaceAddress>>();
    for (Sandbox sandbox : sandboxes) {
      for (Plug plug : sandbox.links()) {
        plug.hostEnd()
            .ifPresent(
                end ->
                    used.computeIfAbsent(end.bridge(), _ -> new HashSet<>())
                        .addAll(plug.link().addresses()));
      }
    }
    return survey.host().links().stream()
        .filter(link -> link.kind().equals("bridge") && survey.ours().contains(link.index()))
        .filter(link -> residents.isEverybody() || used.containsKey(link.name()))
        .map(link -> described(survey.host(), link))
        .map(link -> bridge(link, used.getOrDefault(link.name(), Set.of())))
        .toList();
  }

  private Bridge bridge(Interface link, Set<InterfaceAddress> behind) {
    List<Subnet> masqueraded =
        firewall
            .masqueraded()
            .filter(
                subnet ->
                    Stream.concat(link.addresses().stream(), behind.stream())
                        .anyMatch(address -> subnet.contains(address.address())))
            .toList();
    return new Bridge(residents.networks().getOrDefault(link.name(), ""), link, masqueraded);
  }

  private Sandbox sandbox(Residents.Sandbox home) {
    Optional<Namespace> inside = Optional.ofNullable(survey.sandboxes().get(home.id()));
    return new Sandbox(
        home.id(),
        home.pin(),
        inside.isPresent(),
        inside.map(this::plugs).orElse(List.of()),
        inside.map(Join::ways).orElse(List.of()),
        home.containers());
  }

  private List<Plug> plugs(Namespace inside) {
    return inside.links().stream()
        .map(link -> new Plug(described(inside, link), hostEnd(link)))
        .toList();
  }

  private Optional<HostEnd> hostEnd(Link inner) {
    if (!inner.kind().equals("veth") || inner.peerNamespaceId() < 0) {
      return Optional.empty();
    }
    return Optional.ofNullable(hostLinks.get(inner.peerIndex()))
        .filter(outer -> outer.kind().equals("veth") && outer.peerIndex() == inner.index())
        .map(
            outer ->
                new HostEnd(
                    described(survey.host(), outer),
                    Optional.ofNullable(hostLinks.get(outer.masterIndex()))
                        .map(Link::name)
                        .orElse(""),
                    survey.ours().contains(outer.index())));
  }

  private static Stream<HostEnd> hostEnds(List<Sandbox> sandboxes) {
    return sandboxes.stream()
        .flatMap(sandbox -> sandbox.links().stream())
        .flatMap(plug -> plug.hostEnd().stream());
  }

  private List<Published> published(List<Sandbox> sandboxes) {
    var owners = new HashMap<InetAddress, String>();
    for (Sandbox sandbox : sandboxes) {
      sandbox.links().stream()
          .flatMap(plug -> plug.link().addresses().stream())
          .filter(address -> !address.address().isLoopbackAddress())
          .forEach(address -> owners.put(address.address(), sandbox.id()));
    }
    var shown = new HashSet<>(owners.keySet());
    residents.sandboxes().stream()
        .map(Residents.Sandbox::leases)
        .flatMap(Collection::stream)
        .forEach(shown::add);
    return PublishedPorts.of(
        Stream.concat(firewall.translated(), survey.relayed().stream().map(PublishedPorts::relayed))
            .filter(port -> residents.isEverybody() || shown.contains(port.target()))
            .map(port -> leadingTo(port, Optional.ofNullable(owners.get(port.target())))));
  }

  private static Published leadingTo(Published port, Optional<String> sandbox) {
    return new Published(
        port.carrier(),
        port.protocol(),
        port.hostAddress(),
        port.hostPorts(),
        port.target(),
        port.targetPorts(),
        sandbox);
  }

  private static Interface described(Namespace namespace, Link link) {
    return new Interface(
        link.name(),
        link.kind(),
        link.isUp(),
        Optional.ofNullable(link.mac()),
        link.mtuBytes(),
        namespace.addresses().stream()
            .filter(address -> address.linkIndex() == link.index())
            .filter(address -> !address.address().isLinkLocalAddress())
            .map(address -> new InterfaceAddress(address.address(), address.prefixLength()))
            .toList());
  }

  private static List<Way> ways(Namespace namespace) {
    var names = new HashMap<Integer, String>();
    namespace.links().forEach(link -> names.put(link.index(), link.name()));
    return namespace.routes().stream()
        .filter(route -> !route.destination().isLinkLocalAddress())
        .map(route -> way(route, names.getOrDefault(route.linkIndex(), "")))
        .toList();
  }

  private static Way way(Route route, String link) {
    return new Way(
        new Subnet(route.destination(), route.prefixLength()),
        Optional.ofNullable(route.gateway()),
        link);
  }
}
