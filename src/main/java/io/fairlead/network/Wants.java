package io.fairlead.network;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallMap;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.PublishElements;
import io.fairlead.network.firewall.Ruleset;
import io.fairlead.network.firewall.Senders;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.Relay;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.EndpointRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.PublishedPortRow;
import io.fairlead.store.Records;
import io.fairlead.store.SandboxMember;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel should have: a pure function of the records, and of the few facts about the host
 * that it is given. A sandbox is wanted while a container is in it that is starting, running,
 * paused, stopping, or waiting to be brought back; its published ports while its owner is one of
 * those.
 */
final class Wants {
  private static final Subnet DEFAULT4 = Subnet.parse("0.0.0.0/0");
  private static final Subnet DEFAULT6 = Subnet.parse("::/0");

  private final Marks marks;
  private final Ruleset ruleset;
  private final List<String> routerAdvertisementLinks;
  private final ForeignFirewalls foreign;

  /**
   * @param routerAdvertisementLinks the host's links whose v6 default route came by router
   *     advertisement: they would lose it when forwarding is switched on
   * @param foreign as the writer saw them last
   */
  Wants(
      Marks marks,
      Ruleset ruleset,
      List<String> routerAdvertisementLinks,
      ForeignFirewalls foreign) {
    this.marks = marks;
    this.ruleset = ruleset;
    this.routerAdvertisementLinks = List.copyOf(routerAdvertisementLinks);
    this.foreign = foreign;
  }

  State of(Scope scope, Records records) {
    return switch (scope) {
      case Scope.Host _ -> host(records.networks());
      case Scope.OfNetwork(String id) -> records.network(id).map(this::network).orElse(State.EMPTY);
      case Scope.OfSandbox(String id) -> sandbox(id, records);
    };
  }

  /** The state of everything. */
  State all(Records records) {
    State all = of(new Scope.Host(), records);
    for (Scope scope : scopes(records)) {
      all = all.with(of(scope, records));
    }
    return all;
  }

  /** Every scope that the records know, the host's first. */
  static List<Scope> scopes(Records records) {
    var scopes = new ArrayList<Scope>();
    scopes.add(new Scope.Host());
    records.networks().forEach(row -> scopes.add(new Scope.OfNetwork(row.id())));
    records.sandboxes().forEach(row -> scopes.add(new Scope.OfSandbox(row.id())));
    return scopes;
  }

  private State host(List<NetworkRow> networks) {
    var facts = new ArrayList<Fact>();
    facts.add(new Fact.HostSwitch("net/ipv4/ip_forward", "1"));
    boolean hasIpv6 =
        networks.stream()
            .flatMap(row -> row.subnets().stream())
            .anyMatch(row -> Subnet.parse(row.subnet()).isV6());
    if (hasIpv6) {
      routerAdvertisementLinks.forEach(
          link ->
              facts.add(new Fact.HostSwitch("net/ipv6/conf/%s/accept_ra".formatted(link), "2")));
      facts.add(new Fact.HostSwitch("net/ipv6/conf/all/forwarding", "1"));
    }
    for (FirewallTable table : FirewallTable.values()) {
      facts.add(new Fact.Skeleton(table, ruleset.rules(table, foreign.haveSay())));
    }
    facts.addAll(foreign.wanted(ForeignFirewalls.Ours.of(networks)));
    return State.of(facts);
  }

  private State network(NetworkRow row) {
    if (row.link().isEmpty()) {
      return State.EMPTY;
    }
    var facts = new ArrayList<Fact>();
    String bridge = row.link();
    facts.add(
        new Fact.Bridge(bridge, localMac(row.id()), row.mtuBytes(), marks.bridge(row.id()), true));
    facts.add(new Fact.Sysctl(bridge, "net/ipv4/conf/%s/route_localnet".formatted(bridge), "1"));
    facts.add(new Fact.Sysctl(bridge, "net/ipv6/conf/%s/accept_ra".formatted(bridge), "0"));
    String name = "\"" + bridge + "\"";
    facts.add(element(FirewallMap.BRIDGES, name));
    facts.add(element(FirewallMap.NEIGHBOURS, name + " . " + name));
    for (NetworkRow.SubnetRow subnetRow : row.subnets()) {
      Subnet subnet = Subnet.parse(subnetRow.subnet());
      var gateway =
          new InterfaceAddress(Addresses.parse(subnetRow.gateway()), subnet.prefixLength());
      facts.add(new Fact.Address(Place.HOST, bridge, gateway));
      facts.add(new Fact.Element(Senders.leased(gateway.address())));
      boolean v6 = subnet.isV6();
      facts.add(element(v6 ? FirewallMap.SUBNETS6 : FirewallMap.SUBNETS4, subnet.toString()));
      facts.add(element(v6 ? FirewallMap.HAIRPIN6 : FirewallMap.HAIRPIN4, subnet + " . " + subnet));
    }
    return State.of(facts);
  }

  private State sandbox(String id, Records records) {
    List<SandboxMember> members = records.membersOf(id);
    if (members.stream().noneMatch(Wants::isActive)) {
      return State.EMPTY;
    }
    var place = new Place.Sandbox(id);
    var facts = new ArrayList<Fact>();
    facts.add(new Fact.Pin(place, true));
    List<EndpointRow> endpoints = records.endpointsOfSandbox(id);
    for (EndpointRow endpoint : endpoints) {
      facts.addAll(endpoint(place, endpoint, records.network(endpoint.networkId()).orElseThrow()));
    }
    facts.addAll(senders(endpoints));
    members.stream()
        .filter(member -> member.isOwner() && isActive(member))
        .forEach(owner -> facts.addAll(published(records.portsOf(owner.containerId()), endpoints)));
    return State.of(facts);
  }

  private List<Fact> endpoint(Place.Sandbox place, EndpointRow row, NetworkRow network) {
    var facts = new ArrayList<Fact>();
    Fact.Veth veth = veth(place, row, network);
    facts.add(veth);
    facts.add(new Fact.ForwardingEntry(place, veth.hostEnd(), veth.containerEnd(), veth.mac()));
    for (NetworkRow.SubnetRow subnetRow : network.subnets()) {
      Subnet subnet = Subnet.parse(subnetRow.subnet());
      row.leases().stream()
          .map(Addresses::parse)
          .filter(subnet::contains)
          .map(address -> new InterfaceAddress(address, subnet.prefixLength()))
          .forEach(address -> facts.add(new Fact.Address(place, row.interfaceName(), address)));
      if (subnet.isV6() ? row.isGateway6() : row.isGateway4()) {
        facts.add(
            new Fact.Route(
                place,
                subnet.isV6() ? DEFAULT6 : DEFAULT4,
                Addresses.parse(subnetRow.gateway()),
                row.interfaceName()));
      }
    }
    return facts;
  }

  /** A sandbox may send from all of its addresses by each of its links: the kernel inside does. */
  private static List<Fact> senders(List<EndpointRow> endpoints) {
    var facts = new ArrayList<Fact>();
    List<InetAddress> leases =
        endpoints.stream().flatMap(row -> row.leases().stream()).map(Addresses::parse).toList();
    for (InetAddress address : leases) {
      facts.add(new Fact.Element(Senders.leased(address)));
      endpoints.forEach(
          row -> facts.add(new Fact.Element(Senders.sender(row.hostLink(), address))));
    }
    return facts;
  }

  /** An endpoint's pair, which does not depend on its addresses. */
  Fact.Veth veth(Place.Sandbox place, EndpointRow row, NetworkRow network) {
    boolean hasIpv6 =
        network.subnets().stream().anyMatch(subnet -> Subnet.parse(subnet.subnet()).isV6());
    return new Fact.Veth(
        place,
        row.hostLink(),
        row.interfaceName(),
        MacAddress.parse(row.mac()),
        network.mtuBytes(),
        network.link(),
        marks.endpoint(row.id()),
        /* isHairpin= */ true,
        /* isLearning= */ false,
        /* isUp= */ true,
        hasIpv6);
  }

  private static List<Fact> published(List<PublishedPortRow> ports, List<EndpointRow> endpoints) {
    var facts = new ArrayList<Fact>();
    for (PublishedPortRow port : ports) {
      var held = HeldPorts.of(port);
      facts.add(new Fact.HeldPort(port.containerId(), held));
      Optional<InetAddress> translated =
          gatewayAddress(endpoints, isV6(held))
              .filter(_ -> !(isV6(held) && held.address().isLoopbackAddress()));
      translated.ifPresent(address -> facts.addAll(elements(port, held, address)));
      relayed(held, translated, endpoints)
          .ifPresent(
              target ->
                  facts.add(
                      new Fact.Listener(
                          new Relay.Service(
                              port.containerId(), held, target, port.containerPort()))));
    }
    return facts;
  }

  private static List<Fact.Element> elements(
      PublishedPortRow port, HeldPorts held, InetAddress target) {
    return PublishElements.of(
            port.protocol(),
            held.address(),
            port.hostPort(),
            target,
            port.containerPort(),
            port.count(),
            Addresses::text)
        .stream()
        .map(Fact.Element::new)
        .toList();
  }

  /**
   * Where the relay leads to. It serves v6 addresses to which nothing is translated, and the
   * wildcard in any case, since no rule can translate what is sent to ::1.
   */
  private static Optional<InetAddress> relayed(
      HeldPorts held, Optional<InetAddress> translated, List<EndpointRow> endpoints) {
    boolean isRelayed = isV6(held) && (translated.isEmpty() || held.address().isAnyLocalAddress());
    return isRelayed
        ? gatewayAddress(endpoints, true).or(() -> gatewayAddress(endpoints, false))
        : Optional.empty();
  }

  private static boolean isV6(HeldPorts held) {
    return Addresses.isV6(held.address());
  }

  /**
   * The address that published ports of a family lead to: that of the endpoint which is the
   * gateway.
   */
  private static Optional<InetAddress> gatewayAddress(List<EndpointRow> endpoints, boolean v6) {
    return endpoints.stream()
        .filter(row -> v6 ? row.isGateway6() : row.isGateway4())
        .flatMap(row -> row.leases().stream())
        .map(Addresses::parse)
        .filter(address -> address instanceof Inet6Address == v6)
        .findFirst();
  }

  static boolean isActive(ContainerRow row) {
    return isActive(row.state());
  }

  static boolean isActive(SandboxMember member) {
    return isActive(member.state());
  }

  private static boolean isActive(ContainerState state) {
    return switch (state) {
      case STARTING, RUNNING, PAUSED, STOPPING, RESTARTING -> true;
      case CREATED, EXITED -> false;
    };
  }

  /** A unicast address with the local bit, as random as the id. */
  private static MacAddress localMac(String id) {
    long bits = Long.parseLong(id.substring(0, 12), 16);
    return new MacAddress((bits & ~(1L << 40)) | (1L << 41));
  }

  private static Fact element(FirewallMap set, String key) {
    return new Fact.Element(FirewallElement.of(set, key));
  }
}
