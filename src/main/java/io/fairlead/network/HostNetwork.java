package io.fairlead.network;

import io.fairlead.linux.netlink.Addresses;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Route;
import io.fairlead.linux.netlink.Routes;
import io.fairlead.network.address.Subnet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The host's network as it was found at start, without what is ours.
 *
 * @param prefixes in use: routes and on-link subnets, of links that are not ours
 * @param linkNames of links that are not ours
 * @param routerAdvertisementLinks links whose v6 default route came by router advertisement:
 *     switching forwarding on makes the kernel ignore those, unless accept_ra is 2
 */
record HostNetwork(
    int mtuBytes,
    List<Subnet> prefixes,
    List<String> linkNames,
    List<String> routerAdvertisementLinks) {
  private static final int DEFAULT_MTU = 1500;

  static HostNetwork observe(NetlinkSocket socket, Marks marks) {
    Map<Integer, Link> foreign =
        Links.all(socket).stream()
            .filter(link -> !marks.isOurs(link.alias()))
            .collect(Collectors.toMap(Link::index, Function.identity()));
    List<Route> routes =
        Routes.all(socket).stream()
            .filter(route -> foreign.containsKey(route.linkIndex()))
            .toList();
    Stream<Subnet> onLink =
        Addresses.all(socket).stream()
            .filter(address -> foreign.containsKey(address.linkIndex()))
            .filter(address -> !address.address().isLinkLocalAddress())
            .map(address -> new Subnet(address.address(), address.prefixLength()));
    Stream<Subnet> routed =
        routes.stream().filter(route -> !route.isDefault()).map(Facts::destination);
    return new HostNetwork(
        mtu(routes, foreign),
        Stream.concat(onLink, routed).distinct().toList(),
        foreign.values().stream().map(Link::name).sorted().toList(),
        Routes.routerAdvertised(socket).stream()
            .map(foreign::get)
            .filter(Objects::nonNull)
            .map(Link::name)
            .distinct()
            .toList());
  }

  /** Of the link that the default route leaves by: the v4 one, else the v6 one. */
  private static int mtu(List<Route> routes, Map<Integer, Link> links) {
    Optional<Route> way =
        routes.stream()
            .filter(Route::isDefault)
            .min(
                (a, b) ->
                    Integer.compare(
                        a.destination().getAddress().length, b.destination().getAddress().length));
    return way.map(route -> links.get(route.linkIndex())).map(Link::mtuBytes).orElse(DEFAULT_MTU);
  }
}
