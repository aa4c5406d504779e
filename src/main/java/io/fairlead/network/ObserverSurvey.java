package io.fairlead.network;

import io.fairlead.linux.Fd;
import io.fairlead.linux.netlink.Addresses;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Routes;
import io.fairlead.network.explain.Survey;
import io.fairlead.network.port.Relay;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The {@link Observer}'s hand for maps: three dumps for each namespace, whatever is in it.
 *
 * @param host the host's namespace, to come back to
 * @param links of the host
 */
record ObserverSurvey(Marks marks, Fd host, NetlinkSocket links) {

  /**
   * @param table nft's listing of our table; it is left to others to understand
   */
  Survey of(Collection<Place.Sandbox> sandboxes, String table, List<Relay.Service> relayed) {
    var inside = new HashMap<String, Survey.Namespace>();
    for (Place.Sandbox sandbox : sandboxes) {
      Interior.open(marks.pin(sandbox), host)
          .ifPresent(
              opened -> {
                try (var interior = opened) {
                  inside.put(sandbox.id(), namespace(interior.links()));
                }
              });
    }
    Survey.Namespace outside = namespace(links);
    Set<Integer> ours =
        outside.links().stream()
            .filter(link -> marks.isOurs(link.alias()))
            .map(Link::index)
            .collect(Collectors.toUnmodifiableSet());
    return new Survey(outside, forwarding(), ours, inside, table, relayed);
  }

  private Survey.Namespace namespace(NetlinkSocket socket) {
    return new Survey.Namespace(
        Links.all(socket).stream().filter(link -> link.group() != marks.doomedGroup()).toList(),
        Addresses.all(socket),
        Routes.all(socket));
  }

  private static Set<Survey.Family> forwarding() {
    var on = EnumSet.noneOf(Survey.Family.class);
    if (isOn("net/ipv4/ip_forward")) {
      on.add(Survey.Family.IPV4);
    }
    if (isOn("net/ipv6/conf/all/forwarding")) {
      on.add(Survey.Family.IPV6);
    }
    return on;
  }

  private static boolean isOn(String path) {
    return Sysctls.read(path).equals(Optional.of("1"));
  }
}
