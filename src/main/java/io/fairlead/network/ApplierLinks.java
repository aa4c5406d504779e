package io.fairlead.network;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.netlink.Addresses;
import io.fairlead.linux.netlink.Bridge;
import io.fairlead.linux.netlink.ForwardingEntries;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.LinkChange;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Request;
import io.fairlead.linux.netlink.Routes;
import io.fairlead.network.ApplierNamespaces.BornVeth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The applier's hand for links and what lies on them, for one list of changes. Messages to one
 * namespace are gathered and sent together; a namespace that was opened for it is closed at the
 * end, since an open one lives on.
 */
final class ApplierLinks implements AutoCloseable {
  private final Marks marks;
  private final Fd host;
  private final NetlinkSocket links;
  private final ApplierNamespaces namespaces;
  private final ApplierVeths veths;
  private final Sweeper sweeper;
  private final Map<Place.Sandbox, Interior> interiors = new HashMap<>();

  /** Pairs that were made ahead and bear no mark yet. */
  private final Map<Place.Sandbox, BornVeth> unmarked = new HashMap<>();

  private final Map<Place, List<Request>> waiting = new HashMap<>();
  private final Map<String, Integer> indexes = new HashMap<>();

  ApplierLinks(
      Marks marks,
      Fd host,
      NetlinkSocket links,
      ApplierNamespaces namespaces,
      ApplierVeths veths,
      Sweeper sweeper) {
    this.marks = marks;
    this.host = host;
    this.links = links;
    this.namespaces = namespaces;
    this.veths = veths;
    this.sweeper = sweeper;
  }

  void add(Fact.Bridge bridge) {
    Links.find(links, bridge.name())
        .ifPresent(
            foreign -> {
              throw new KernelException("add bridge", bridge.name(), Errno.EEXIST);
            });
    // A bridge whose MTU was never changed follows the lowest of its ports: make it with another,
    // then change it.
    var born = new Bridge(bridge.name(), bridge.mac(), bridge.mtuBytes() - 1, 0);
    links.batch(
        List.of(
            Links.addBridge(born),
            LinkChange.of(bridge.name()).mtu(bridge.mtuBytes()).alias(bridge.owner()).request()));
  }

  void alter(Fact.Bridge to) {
    var change = LinkChange.of(to.name()).mac(to.mac()).mtu(to.mtuBytes()).alias(to.owner());
    send(Place.HOST, (to.isUp() ? change.up() : change.down()).request());
  }

  /** Taken out of use now; the costly deletion is the sweeper's. */
  void remove(Fact.Bridge bridge) {
    doom(bridge.name());
  }

  void add(Fact.Pin pin) {
    var taken = namespaces.take(pin.sandbox());
    interiors.put(pin.sandbox(), taken.interior());
    taken.veth().ifPresent(born -> unmarked.put(pin.sandbox(), born));
    taken.interior().pin(marks.pin(pin.sandbox()));
  }

  void alter(Fact.Pin pin) {
    if (pin.isLoopbackUp()) {
      send(pin.sandbox(), LinkChange.of("lo").up().request());
    }
  }

  /**
   * Down inside first: a namespace may outlive its pin by the time its connections take, and must
   * not answer for the addresses.
   */
  void remove(Fact.Pin pin) {
    flush();
    Interior.open(marks.pin(pin.sandbox()), host)
        .ifPresent(
            opened -> {
              try (var interior = opened) {
                var down = new ArrayList<Request>();
                for (Link inner : Links.all(interior.links())) {
                  if (inner.kind().equals("veth")) {
                    down.add(LinkChange.of(inner.index()).down().request());
                    doomPeer(inner);
                  }
                }
                interior.links().batch(down);
              }
            });
    var open = interiors.remove(pin.sandbox());
    if (open != null) {
      open.close();
    }
    Interior.unpin(marks.pin(pin.sandbox()));
  }

  private void doomPeer(Link inner) {
    Links.find(links, inner.peerIndex())
        .filter(outer -> marks.isOurs(outer.alias()))
        .ifPresent(outer -> doom(outer.name()));
  }

  void add(Fact.Veth veth) {
    Link born = adoptedOrMade(veth);
    indexes.put(veth.hostEnd(), born.index());
    indexes.put(veth.sandbox().id() + " " + veth.containerEnd(), born.peerIndex());
    if (veth.isUp()) {
      send(veth.sandbox(), LinkChange.of(born.peerIndex()).up().request());
    }
  }

  private Link adoptedOrMade(Fact.Veth veth) {
    BornVeth ahead = unmarked.get(veth.sandbox());
    if (ahead != null && ahead.veth().equals(veth)) {
      veths.mark(veth);
      unmarked.remove(veth.sandbox());
      return ahead.link();
    }
    discardUnmarked();
    Links.find(links, veth.hostEnd())
        .filter(stale -> marks.isOurs(stale.alias()))
        .ifPresent(stale -> links.request(Links.delete(stale.index())));
    return veths.make(veth, interior(veth.sandbox()));
  }

  /** Made ahead for records that then said something else: pinned, nobody would know it. */
  private void discardUnmarked() {
    unmarked.values().forEach(born -> links.request(Links.delete(born.veth().hostEnd())));
    unmarked.clear();
  }

  void alter(Fact.Veth from, Fact.Veth to) {
    int outer = index(Place.HOST, from.hostEnd());
    var outside = LinkChange.of(outer).mtu(to.mtuBytes()).alias(to.owner());
    outside.master(index(Place.HOST, to.bridge()));
    if (!from.hostEnd().equals(to.hostEnd())) {
      outside.rename(to.hostEnd());
    }
    send(Place.HOST, (to.isUp() ? outside.up() : outside.down()).request());
    // Properties of the bridge's port: they can only be set once there is one.
    send(
        Place.HOST,
        LinkChange.of(outer).hairpin(to.isHairpin()).learning(to.isLearning()).request());
    if (from.hasIpv6() != to.hasIpv6()) {
      interior(to.sandbox())
          .run(() -> Sysctls.write(Facts.disableIpv6(to.containerEnd()), to.hasIpv6() ? "0" : "1"));
    }
    var inside =
        LinkChange.of(index(to.sandbox(), to.containerEnd())).mac(to.mac()).mtu(to.mtuBytes());
    send(to.sandbox(), (to.isUp() ? inside.up() : inside.down()).request());
  }

  void remove(Fact.Veth veth) {
    Interior.open(marks.pin(veth.sandbox()), host)
        .ifPresent(
            opened -> {
              try (var interior = opened) {
                Links.find(interior.links(), veth.containerEnd())
                    .ifPresent(
                        link ->
                            interior.links().request(LinkChange.of(link.index()).down().request()));
              }
            });
    doom(veth.hostEnd());
  }

  void add(Fact.ForwardingEntry entry) {
    send(Place.HOST, ForwardingEntries.add(index(Place.HOST, entry.hostEnd()), entry.mac()));
  }

  void remove(Fact.ForwardingEntry entry) {
    send(Place.HOST, ForwardingEntries.delete(index(Place.HOST, entry.hostEnd()), entry.mac()));
  }

  void add(Fact.Address address) {
    send(
        address.place(),
        Addresses.add(Facts.of(address.address(), index(address.place(), address.link()))));
  }

  void remove(Fact.Address address) {
    send(
        address.place(),
        Addresses.delete(Facts.of(address.address(), index(address.place(), address.link()))));
  }

  void add(Fact.Route route) {
    send(route.place(), Routes.add(Facts.of(route, index(route.place(), route.link()))));
  }

  void remove(Fact.Route route) {
    send(route.place(), Routes.delete(Facts.of(route, index(route.place(), route.link()))));
  }

  /** Out of its bridge's way and into the group that is swept; gone already is as good. */
  private void doom(String hostLink) {
    try {
      links.request(LinkChange.of(hostLink).group(marks.doomedGroup()).down().request());
      sweeper.sweepSoon();
    } catch (KernelException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  /** The link's index; of one made by these changes without asking. */
  int index(Place place, String link) {
    Integer known =
        indexes.get(place instanceof Place.Sandbox sandbox ? sandbox.id() + " " + link : link);
    if (known != null) {
      return known;
    }
    return Links.index(socket(place), link)
        .orElseThrow(() -> new KernelException("find link", link + " in " + place, Errno.ENODEV));
  }

  private Interior interior(Place.Sandbox sandbox) {
    return interiors.computeIfAbsent(
        sandbox,
        _ ->
            Interior.open(marks.pin(sandbox), host)
                .orElseThrow(
                    () ->
                        new KernelException("open", marks.pin(sandbox).toString(), Errno.ENOENT)));
  }

  private NetlinkSocket socket(Place place) {
    return switch (place) {
      case Place.Host _ -> links;
      case Place.Sandbox sandbox -> interior(sandbox).links();
    };
  }

  private void send(Place place, Request request) {
    waiting.computeIfAbsent(place, _ -> new ArrayList<>()).add(request);
  }

  /** Sends what has been gathered, one call for each namespace. */
  void flush() {
    waiting.forEach((place, requests) -> socket(place).batch(requests));
    waiting.clear();
  }

  @Override
  public void close() {
    try {
      discardUnmarked();
    } finally {
      interiors.values().forEach(Interior::close);
    }
  }
}
