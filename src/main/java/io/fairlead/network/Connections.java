package io.fairlead.network;

import io.fairlead.linux.KernelException;
import io.fairlead.linux.netlink.Conntrack;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.linux.netlink.Place;
import io.fairlead.linux.netlink.Transport;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.firewall.FirewallElement;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel forget the connections that a removed element had translated: an entry outlives
 * its rule, and a UDP client that keeps sending would never reach the next container. On the
 * network writer's thread.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private static final Pattern PART = Pattern.compile(" \\. ");

  private final NetlinkSocket socket;

  /**
   * @param socket of NETLINK_NETFILTER; the caller's
   */
  Connections(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** A container's ports of one protocol, from which replies came. */
  record Target(Transport transport, InetAddress address, int firstPort, int lastPort) {
    /**
     * Empty for elements that translate nothing. A range keeps its ports; then the data is the
     * address alone.
     */
    static Optional<Target> of(FirewallElement element) {
      if (!element.map().nftName().startsWith("publish")) {
        return Optional.empty();
      }
      boolean isUdp = List.of(PART.split(element.key(), -1)).contains("udp");
      String address = PART.split(element.data(), -1)[0];
      String ports = lastPart(element.data().contains(" . ") ? element.data() : element.key());
      int dash = ports.indexOf('-');
      return Optional.of(
          new Target(
              isUdp ? Transport.UDP : Transport.TCP,
              Addresses.parse(address),
              Integer.parseInt(dash < 0 ? ports : ports.substring(0, dash)),
              Integer.parseInt(ports.substring(dash + 1))));
    }

    private static String lastPart(String text) {
      return text.substring(text.lastIndexOf(' ') + 1);
    }

    Stream<Place> places() {
      return IntStream.rangeClosed(firstPort, lastPort).mapToObj(port -> new Place(address, port));
    }
  }

  /** A failure is told, not thrown: the elements are gone, and entries end by themselves. */
  void forget(List<FirewallElement> gone) {
    var places = new EnumMap<Transport, Set<Place>>(Transport.class);
    for (FirewallElement element : gone) {
      Target.of(element)
          .ifPresent(
              target ->
                  target
                      .places()
                      .forEach(
                          places.computeIfAbsent(target.transport(), _ -> new HashSet<>())::add));
    }
    try {
      places.forEach(
          (transport, sources) -> Conntrack.flushByReplySource(socket, transport, sources));
    } catch (KernelException e) {
      LOG.warn("connections of {} were not forgotten: {}", gone, e.getMessage());
    }
  }
}
