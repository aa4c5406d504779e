package io.fairlead.linux.netlink;

import io.fairlead.linux.Libc;
import java.net.Inet4Address;
import java.util.List;

/** Unicast routes of the main table, v4 and v6. */
public final class Routes {
  private Routes() {}

  /** Adds a route. EEXIST if one to the same destination with the same metric is there. */
  public static Request add(Route route) {
    return message(Rtnetlink.RTM_NEWROUTE, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, route)
        .request("add route", describe(route));
  }

  /** Deletes a route. ESRCH if it is not there. */
  public static Request delete(Route route) {
    return message(Rtnetlink.RTM_DELROUTE, 0, route).request("delete route", describe(route));
  }

  public static List<Route> all(NetlinkSocket socket) {
    return ofLink(socket, 0);
  }

  /** The routes through one link; the kernel filters. */
  public static List<Route> ofLink(NetlinkSocket socket, int linkIndex) {
    var message =
        new MessageWriter(Rtnetlink.RTM_GETROUTE, 0)
            .zeros(4)
            .u8(Rtnetlink.RT_TABLE_MAIN)
            .zeros(2)
            .u8(Rtnetlink.RTN_UNICAST)
            .u32(0);
    if (linkIndex != 0) {
      message.attributeU32(Rtnetlink.RTA_OIF, linkIndex);
    }
    return socket.dump(message.request("list", "routes")).stream()
        .filter(Routes::isOurs)
        .map(Routes::decode)
        .toList();
  }

  /**
   * The indexes of links through which a v6 default route goes that came by router advertisement.
   */
  public static List<Integer> routerAdvertised(NetlinkSocket socket) {
    var request =
        new MessageWriter(Rtnetlink.RTM_GETROUTE, 0)
            .u8(Libc.AF_INET6)
            .zeros(Rtnetlink.RTMSG_BYTES - 1)
            .request("list", "routes");
    return socket.dump(request).stream()
        .filter(Routes::isOurs)
        .filter(message -> message.u8(1) == 0 && message.u8(5) == Rtnetlink.RTPROT_RA)
        .map(message -> decode(message).linkIndex())
        .toList();
  }

  private static MessageWriter message(int type, int flags, Route route) {
    var gateway = route.gateway();
    boolean isDirect4 = gateway == null && route.destination() instanceof Inet4Address;
    var message =
        new MessageWriter(type, flags)
            .u8(Addresses.family(route.destination()))
            .u8(route.prefixLength())
            .zeros(2)
            .u8(Rtnetlink.RT_TABLE_MAIN)
            .u8(Rtnetlink.RTPROT_BOOT)
            .u8(isDirect4 ? Rtnetlink.RT_SCOPE_LINK : Rtnetlink.RT_SCOPE_UNIVERSE)
            .u8(Rtnetlink.RTN_UNICAST)
            .u32(0);
    if (route.prefixLength() > 0) {
      message.attribute(Rtnetlink.RTA_DST, route.destination().getAddress());
    }
    if (gateway != null) {
      message.attribute(Rtnetlink.RTA_GATEWAY, gateway.getAddress());
    }
    if (route.metric() != 0) {
      message.attributeU32(Rtnetlink.RTA_PRIORITY, route.metric());
    }
    return message.attributeU32(Rtnetlink.RTA_OIF, route.linkIndex());
  }

  private static String describe(Route route) {
    var gateway = route.gateway();
    return "%s/%d%s on link %d"
        .formatted(
            route.destination().getHostAddress(),
            route.prefixLength(),
            gateway == null ? "" : " via " + gateway.getHostAddress(),
            route.linkIndex());
  }

  private static boolean isOurs(Message message) {
    int family = message.u8(0);
    return (family == Libc.AF_INET || family == Libc.AF_INET6)
        && message.u8(7) == Rtnetlink.RTN_UNICAST
        && message.attributes(Rtnetlink.RTMSG_BYTES).u32(Rtnetlink.RTA_TABLE, message.u8(4))
            == Rtnetlink.RT_TABLE_MAIN;
  }

  static Route decode(Message message) {
    var attributes = message.attributes(Rtnetlink.RTMSG_BYTES);
    var destination = attributes.address(Rtnetlink.RTA_DST);
    if (destination == null) {
      destination = Attributes.inetAddress(new byte[message.u8(0) == Libc.AF_INET ? 4 : 16]);
    }
    var gateway = attributes.address(Rtnetlink.RTA_GATEWAY);
    int linkIndex = attributes.u32(Rtnetlink.RTA_OIF, 0);
    byte[] hops = attributes.bytes(Rtnetlink.RTA_MULTIPATH);
    if (linkIndex == 0 && hops != null) {
      var first = NextHop.first(hops);
      linkIndex = first.linkIndex();
      gateway = first.gateway();
    }
    return new Route(
        destination, message.u8(1), gateway, linkIndex, attributes.u32(Rtnetlink.RTA_PRIORITY, 0));
  }
}
