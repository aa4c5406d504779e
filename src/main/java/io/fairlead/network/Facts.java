package io.fairlead.network;

import io.fairlead.linux.netlink.Address;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.linux.netlink.Route;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import java.net.Inet6Address;
import java.util.Objects;

/** Between facts and netlink's records. */
final class Facts {
  private static final MacAddress NONE = new MacAddress(0);

  private Facts() {}

  static MacAddress mac(Link link) {
    return Objects.requireNonNullElse(link.mac(), NONE);
  }

  static InterfaceAddress of(Address address) {
    return new InterfaceAddress(address.address(), address.prefixLength());
  }

  /**
   * Ours are unique by our own leases: v6 need not ask around first (duplicate address detection).
   */
  static Address of(InterfaceAddress address, int linkIndex) {
    return new Address(
        linkIndex,
        address.address(),
        address.prefixLength(),
        address.address() instanceof Inet6Address);
  }

  static Subnet destination(Route route) {
    return new Subnet(route.destination(), route.prefixLength());
  }

  static Fact.Route of(Route route, Fact.Route asked) {
    return new Fact.Route(
        asked.place(), asked.destination(), Objects.requireNonNull(route.gateway()), asked.link());
  }

  static Route of(Fact.Route fact, int linkIndex) {
    return new Route(
        fact.destination().base(), fact.destination().prefixLength(), fact.gateway(), linkIndex, 0);
  }

  static String disableIpv6(String link) {
    return "net/ipv6/conf/%s/disable_ipv6".formatted(link);
  }
}
