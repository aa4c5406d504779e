package io.fairlead.linux.netlink;

import io.fairlead.linux.Libc;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Questions about the sockets of the namespace that a NETLINK_SOCK_DIAG socket is in. */
public final class SocketDiag {
  private static final int WAITING_STATES =
      1 << InetDiag.TCP_LISTEN | 1 << InetDiag.TCP_BOUND_INACTIVE;
  private static final int ALL_STATES = -1;

  private SocketDiag() {}

  /**
   * The sockets that stand in the way of binding an address and port: on the same address, on all
   * of them, or on any where the address asked for is the any-address. Those that listen, or are
   * bound and silent, come first; connections are named only if there are none of these.
   *
   * @param diag a NETLINK_SOCK_DIAG socket
   * @param address a v6 one is taken to be asked for v6 only
   */
  public static List<BoundSocket> holders(
      NetlinkSocket diag, Transport transport, InetAddress address, int port) {
    if (transport == Transport.TCP) {
      var waiting = holders(diag, transport, WAITING_STATES, address, port);
      if (!waiting.isEmpty()) {
        return waiting;
      }
    }
    return holders(diag, transport, ALL_STATES, address, port);
  }

  private static List<BoundSocket> holders(
      NetlinkSocket diag, Transport transport, int states, InetAddress address, int port) {
    var holders = new ArrayList<BoundSocket>();
    // A v6 socket may hold a v4 port too.
    for (int family : List.of(Libc.AF_INET, Libc.AF_INET6)) {
      for (Message message : diag.dump(request(family, transport, states, port))) {
        var socket = decode(message);
        if (socket.port() == port && conflicts(socket, isV4Too(message), address)) {
          holders.add(socket);
        }
      }
    }
    return holders;
  }

  /** {@code struct inet_diag_req_v2}, whose port the kernel filters by. */
  private static Request request(int family, Transport transport, int states, int port) {
    return new MessageWriter(InetDiag.SOCK_DIAG_BY_FAMILY, 0)
        .u8(family)
        .u8(transport.number())
        .zeros(2)
        .u32(states)
        .u16Be(port)
        .zeros(46)
        .request("list sockets of port", Integer.toString(port));
  }

  private static boolean conflicts(BoundSocket socket, boolean isV4Too, InetAddress address) {
    boolean isSameFamily =
        socket.address() instanceof Inet4Address == address instanceof Inet4Address;
    if (!isSameFamily) {
      return isV4Too && address instanceof Inet4Address;
    }
    return socket.address().equals(address)
        || socket.address().isAnyLocalAddress()
        || address.isAnyLocalAddress();
  }

  private static boolean isV4Too(Message message) {
    return message.u8(0) == Libc.AF_INET6
        && Attributes.inetAddress(message.bytes(InetDiag.IDIAG_SRC, 16)).isAnyLocalAddress()
        && message.attributes(InetDiag.INET_DIAG_MSG_BYTES).u8(InetDiag.INET_DIAG_SKV6ONLY, 0) == 0;
  }

  /** A v4-mapped address of a v6 socket becomes the v4 address that it is. */
  static BoundSocket decode(Message message) {
    int size = message.u8(0) == Libc.AF_INET ? 4 : 16;
    return new BoundSocket(
        Attributes.inetAddress(message.bytes(InetDiag.IDIAG_SRC, size)),
        message.u16Be(InetDiag.IDIAG_SPORT),
        message.u8(InetDiag.IDIAG_STATE) == InetDiag.TCP_LISTEN,
        Integer.toUnsignedLong(message.u32(InetDiag.IDIAG_INODE)),
        message.u32(InetDiag.IDIAG_UID));
  }
}
