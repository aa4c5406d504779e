package io.fairlead.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** One of several next hops of a route: {@code struct rtnexthop} (linux/rtnetlink.h). */
record NextHop(int linkIndex, @Nullable InetAddress gateway) {
  private static final int RTNEXTHOP_BYTES = 8;

  static NextHop first(byte[] hops) {
    var bytes = ByteBuffer.wrap(hops).order(ByteOrder.nativeOrder());
    int length = hops.length < RTNEXTHOP_BYTES ? 0 : bytes.getShort(0) & 0xffff;
    if (length < RTNEXTHOP_BYTES || length > hops.length) {
      throw new MalformedMessage("next hop of %d bytes in %d".formatted(length, hops.length));
    }
    var attributes = Attributes.of(bytes.slice(RTNEXTHOP_BYTES, length - RTNEXTHOP_BYTES));
    return new NextHop(bytes.getInt(4), attributes.address(Rtnetlink.RTA_GATEWAY));
  }
}
