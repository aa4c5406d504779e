package io.fairlead.network;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Nftables;
import io.fairlead.linux.netlink.Address;
import io.fairlead.linux.netlink.Addresses;
import io.fairlead.linux.netlink.ForwardingEntries;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Routes;
import io.fairlead.network.explain.Survey;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.ForeignChains;
import io.fairlead.network.firewall.Ruleset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** Reads states from the kernel, and from nothing else. On the network writer's thread. */
final class Observer implements AutoCloseable {
  private final Marks marks;
  private final ObserverFirewall firewall;
  private final Fd host;
  private final NetlinkSocket links;
  private final QueuedPorts ports;
  private final RelayedPorts relayed;

  /**
   * @param host the host's namespace, to come back to
   * @param links of the host; the caller's, like the others
   */
  Observer(
      Marks marks,
      Ruleset ruleset,
      Fd host,
      NetlinkSocket links,
      Nftables nftables,
      QueuedPorts ports,
      RelayedPorts relayed) {
    this.marks = marks;
    this.firewall = new ObserverFirewall(marks, ruleset, nftables, links);
    this.host = host;
    this.links = links;
    this.ports = ports;
    this.relayed = relayed;
  }

  /**
   * What of the things that a state speaks of is there, with the values it has. Costs as much as
   * the question is long.
   */
  State about(State question) {
    var found = new ArrayList<Fact>();
    var byPlace = new HashMap<Place, List<Fact>>();
    for (Fact fact : question.facts()) {
      byPlace.computeIfAbsent(fact.key().place(), _ -> new ArrayList<>()).add(fact);
    }
    byPlace.forEach(
        (place, facts) -> {
          switch (place) {
            case Place.Host _ -> found.addAll(onHost(State.of(facts)));
            case Place.Sandbox sandbox -> found.addAll(inside(sandbox, facts));
          }
        });
    return State.of(found);
  }

  /**
   * All that bears our mark, and what is there of the things asked about. Inside a wanted sandbox
   * only those: what its owner put in is the owner's.
   *
   * @param foreign the firewalls of others, in which rules of ours may be
   */
  State everything(State question, ForeignChains foreign) {
    var found = new ArrayList<Fact>();
    firewall.elements().forEach(element -> found.add(new Fact.Element(element)));
    foreign.places().stream().map(Fact.ForeignRule::new).filter(firewall::has).forEach(found::add);
    var accounted = new HashSet<Integer>();
    // What is left of a wanted pair is replaced when the pair is made.
    Set<String> wantedEnds =
        question.facts(Fact.Veth.class).stream()
            .map(Fact.Veth::hostEnd)
            .collect(Collectors.toUnmodifiableSet());
    Set<Place> wanted = new HashSet<>();
    question.facts(Fact.Pin.class).forEach(pin -> wanted.add(pin.sandbox()));
    for (Place.Sandbox sandbox : pinned()) {
      try (var interior = Interior.open(marks.pin(sandbox), host).orElseThrow()) {
        hostEnds(interior).values().forEach(link -> accounted.add(link.index()));
        if (!wanted.contains(sandbox)) {
          found.add(new Fact.Pin(sandbox, true));
        }
      }
    }
    for (Link link : Links.all(links)) {
      if (!marks.isOurs(link.alias()) || link.group() == marks.doomedGroup()) {
        continue;
      }
      if (link.kind().equals("bridge")) {
        bridge(link, found);
      } else if (!accounted.contains(link.index()) && !wantedEnds.contains(link.name())) {
        found.add(orphan(link));
      }
    }
    found.addAll(relayed.serving());
    State asked = about(question.only(fact -> !(fact instanceof Fact.Element)));
    return State.of(found).with(asked);
  }

  /** All there is on the host and in some sandboxes, for a map. */
  Survey survey(Collection<Place.Sandbox> sandboxes) {
    return new ObserverSurvey(marks, host, links)
        .of(
            sandboxes,
            firewall.listing(FirewallTable.INET).orElse(""),
            relayed.serving().stream().map(Fact.Listener::service).toList());
  }

  /** The firewalls of others. */
  ForeignChains foreignChains() {
    return firewall.foreignChains();
  }

  private List<Place.Sandbox> pinned() {
    if (!Files.isDirectory(marks.pins())) {
      return List.of();
    }
    try (var files = Files.list(marks.pins())) {
      return files
          .filter(Interior::isPinned)
          .map(file -> new Place.Sandbox(file.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void bridge(Link link, List<Fact> found) {
    found.add(asBridge(link));
    for (Address address : Addresses.ofLink(links, link.index())) {
      if (!address.address().isLinkLocalAddress()) {
        found.add(new Fact.Address(Place.HOST, link.name(), Facts.of(address)));
      }
    }
  }

  /** A host end whose sandbox is not known any more. */
  private static Fact orphan(Link link) {
    return new Fact.Veth(
        new Place.Sandbox("lost-" + link.name()),
        link.name(),
        "",
        Facts.mac(link),
        link.mtuBytes(),
        "",
        link.alias(),
        link.isHairpin(),
        link.isLearning(),
        link.isUp(),
        true);
  }

  /** A look at a container's queue tells of all its held ports: they are asked for together. */
  private List<Fact> onHost(State asked) {
    var found = new ArrayList<Fact>(ports.held(asked.facts(Fact.HeldPort.class)));
    if (!asked.facts(Fact.Listener.class).isEmpty()) {
      State serving = State.of(relayed.serving());
      asked
          .facts(Fact.Listener.class)
          .forEach(fact -> serving.get(fact.key()).ifPresent(found::add));
    }
    asked.facts().forEach(fact -> onHost(fact).ifPresent(found::add));
    return found;
  }

  private Optional<Fact> onHost(Fact fact) {
    return switch (fact) {
      case Fact.HostSwitch(String path, String _) ->
          Sysctls.read(path).map(value -> new Fact.HostSwitch(path, value));
      case Fact.Sysctl(String link, String path, String _) ->
          Sysctls.read(path).map(value -> new Fact.Sysctl(link, path, value));
      case Fact.Skeleton skeleton -> firewall.skeleton(skeleton.table());
      case Fact.ForeignRule rule -> firewall.has(rule) ? Optional.of(rule) : Optional.empty();
      case Fact.Bridge bridge ->
          Links.find(links, bridge.name())
              .filter(link -> link.kind().equals("bridge"))
              .map(Observer::asBridge);
      case Fact.Address address ->
          Links.find(links, address.link()).flatMap(link -> address(links, link, address));
      case Fact.Route route ->
          Links.find(links, route.link()).flatMap(link -> route(links, link, route));
      case Fact.HeldPort _, Fact.Listener _ -> Optional.empty();
      case Fact.Element element -> firewall.element(element);
      case Fact.Pin _, Fact.Veth _, Fact.ForwardingEntry _ ->
          throw new IllegalArgumentException(fact + " is not the host's");
    };
  }

  private List<Fact> inside(Place.Sandbox sandbox, List<Fact> asked) {
    var found = new ArrayList<Fact>();
    Interior.open(marks.pin(sandbox), host)
        .ifPresent(
            opened -> {
              try (var interior = opened) {
                Map<Integer, Link> hostEnds = hostEnds(interior);
                asked.forEach(
                    fact -> inside(sandbox, interior, hostEnds, fact).ifPresent(found::add));
              }
            });
    return found;
  }

  private Optional<Fact> inside(
      Place.Sandbox sandbox, Interior interior, Map<Integer, Link> hostEnds, Fact fact) {
    NetlinkSocket inner = interior.links();
    return switch (fact) {
      case Fact.Pin _ ->
          Optional.of(new Fact.Pin(sandbox, Links.find(inner, "lo").map(Link::isUp).orElse(false)));
      case Fact.Veth veth ->
          Links.find(inner, veth.containerEnd())
              .flatMap(
                  link ->
                      Optional.ofNullable(hostEnds.get(link.index()))
                          .map(outer -> asVeth(sandbox, interior, link, outer)));
      case Fact.ForwardingEntry entry ->
          Links.find(inner, entry.containerEnd())
              .flatMap(link -> Optional.ofNullable(hostEnds.get(link.index())))
              .filter(outer -> ForwardingEntries.has(links, outer.index(), entry.mac()))
              .map(_ -> entry);
      case Fact.Address address ->
          Links.find(inner, address.link()).flatMap(link -> address(inner, link, address));
      case Fact.Route route ->
          Links.find(inner, route.link()).flatMap(link -> route(inner, link, route));
      case Fact.HostSwitch _,
          Fact.Sysctl _,
          Fact.Skeleton _,
          Fact.ForeignRule _,
          Fact.Bridge _,
          Fact.HeldPort _,
          Fact.Listener _,
          Fact.Element _ ->
          throw new IllegalArgumentException(fact + " is not a sandbox's");
    };
  }

  /** By the index inside: the host's ends of the veth pairs in a sandbox. */
  private Map<Integer, Link> hostEnds(Interior interior) {
    var ends = new HashMap<Integer, Link>();
    for (Link inner : Links.all(interior.links())) {
      if (inner.kind().equals("veth")) {
        Links.find(links, inner.peerIndex())
            .filter(outer -> outer.kind().equals("veth") && outer.peerIndex() == inner.index())
            .ifPresent(outer -> ends.put(inner.index(), outer));
      }
    }
    return ends;
  }

  private static Fact asBridge(Link link) {
    return new Fact.Bridge(
        link.name(), Facts.mac(link), link.mtuBytes(), link.alias(), link.isUp());
  }

  private Fact asVeth(Place.Sandbox sandbox, Interior interior, Link inner, Link outer) {
    String master =
        outer.masterIndex() == 0
            ? ""
            : Links.find(links, outer.masterIndex()).map(Link::name).orElse("");
    return new Fact.Veth(
        sandbox,
        outer.name(),
        inner.name(),
        Facts.mac(inner),
        Math.min(inner.mtuBytes(), outer.mtuBytes()),
        master,
        outer.alias(),
        outer.isHairpin(),
        outer.isLearning(),
        inner.isUp() && outer.isUp(),
        hasIpv6(interior, inner.name()));
  }

  private static boolean hasIpv6(Interior interior, String link) {
    var hasIpv6 = new AtomicBoolean();
    interior.run(() -> hasIpv6.set(Sysctls.read(Facts.disableIpv6(link)).equals(Optional.of("0"))));
    return hasIpv6.get();
  }

  private static Optional<Fact> address(NetlinkSocket socket, Link link, Fact.Address asked) {
    return Addresses.ofLink(socket, link.index()).stream()
        .filter(address -> Facts.of(address).equals(asked.address()))
        .<Fact>map(_ -> asked)
        .findFirst();
  }

  private static Optional<Fact> route(NetlinkSocket socket, Link link, Fact.Route asked) {
    return Routes.ofLink(socket, link.index()).stream()
        .filter(
            route ->
                route.gateway() != null && Facts.destination(route).equals(asked.destination()))
        .<Fact>map(route -> Facts.of(route, asked))
        .findFirst();
  }

  @Override
  public void close() {
    firewall.close();
    links.close();
    host.close();
  }
}
