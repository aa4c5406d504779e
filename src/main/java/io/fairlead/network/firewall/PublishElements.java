package io.fairlead.network.firewall;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The elements that publish a range of host ports at a container's address of the same family. */
public final class PublishElements {
  private PublishElements() {}

  /**
   * One element for a single port, and for a range whose numbers are equal on both sides; else one
   * for each port.
   *
   * @param text prints an address as nft does
   */
  public static List<FirewallElement> of(
      String protocol,
      InetAddress hostAddress,
      int hostPort,
      InetAddress containerAddress,
      int containerPort,
      int count,
      Function<InetAddress, String> text) {
    boolean any = hostAddress.isAnyLocalAddress();
    boolean v6 = hostAddress instanceof Inet6Address;
    String prefix = any ? "" : text.apply(hostAddress) + " . ";
    String target = text.apply(containerAddress);
    if (count > 1 && hostPort == containerPort) {
      String key = "%s%s . %d-%d".formatted(prefix, protocol, hostPort, hostPort + count - 1);
      return List.of(new FirewallElement(map(v6, any, true), key, target));
    }
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new FirewallElement(
                    map(v6, any, false),
                    "%s%s . %d".formatted(prefix, protocol, hostPort + i),
                    "%s . %d".formatted(target, containerPort + i)))
        .toList();
  }

  private static FirewallMap map(boolean v6, boolean any, boolean range) {
    if (v6) {
      return range
          ? (any ? FirewallMap.PUBLISH6_RANGE_ANY : FirewallMap.PUBLISH6_RANGE)
          : (any ? FirewallMap.PUBLISH6_ANY : FirewallMap.PUBLISH6);
    }
    return range
        ? (any ? FirewallMap.PUBLISH4_RANGE_ANY : FirewallMap.PUBLISH4_RANGE)
        : (any ? FirewallMap.PUBLISH4_ANY : FirewallMap.PUBLISH4);
  }
}
