package io.fairlead.network;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.linux.netlink.NetlinkSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Frames as somebody writes them who has CAP_NET_RAW: what a kernel would not send of itself. */
final class RawFrames {
  private static final int AF_PACKET = 17;
  private static final MacAddress ALL_NODES_MAC = MacAddress.parse("33:33:00:00:00:01");
  private static final InetAddress ALL_NODES = InetAddress.ofLiteral("ff02::1");
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;

  /** Another for each datagram: one of a known connection would be translated as that one was. */
  private static final AtomicInteger SOURCE_PORT = new AtomicInteger(40_000);

  private RawFrames() {}

  /** Sends a frame by a link of a namespace. */
  static void send(NetNamespace from, String link, byte[] frame) {
    from.call(
        "send raw",
        () -> {
          try (var links = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE);
              var socket =
                  new Fd(check(Libc.socket(AF_PACKET, Libc.SOCK_RAW, 0), "socket", "packet"))) {
            int protocol = Short.toUnsignedInt(ByteBuffer.wrap(frame).getShort(12));
            Announcer.transmit(socket, Links.index(links, link).orElseThrow(), frame, protocol);
          }
          return null;
        });
  }

  /** With an 802.1Q tag without a VLAN in front of all others. */
  static byte[] tagged(byte[] frame) {
    return ByteBuffer.allocate(frame.length + 4)
        .put(frame, 0, 12)
        .putInt(0x8100_0000)
        .put(frame, 12, frame.length - 12)
        .array();
  }

  static byte[] udp(
      MacAddress toMac,
      MacAddress fromMac,
      InetAddress from,
      InetAddress to,
      int port,
      byte[] text) {
    byte[] datagram =
        ByteBuffer.allocate(8 + text.length)
            .putShort((short) SOURCE_PORT.getAndIncrement())
            .putShort((short) port)
            .putShort((short) (8 + text.length))
            .putShort((short) 0)
            .put(text)
            .array();
    return from.getAddress().length == 4
        ? ethernet(toMac, fromMac, 0x0800, packet4(from, to, UDP, datagram))
        : ethernet(
            toMac, fromMac, 0x86dd, packet6(from, to, UDP, 64, summed(from, to, UDP, 6, datagram)));
  }

  /**
   * A segment without data.
   *
   * @param flags SYN is 2, ACK 16 (RFC 9293, section 3.1)
   */
  static byte[] tcp(
      MacAddress toMac, MacAddress fromMac, InetAddress from, InetAddress to, int port, int flags) {
    byte[] segment =
        ByteBuffer.allocate(20)
            .putShort((short) SOURCE_PORT.getAndIncrement())
            .putShort((short) port)
            .putInt(1)
            .putInt(0)
            .put((byte) (5 << 4))
            .put((byte) flags)
            .putShort((short) 1024)
            .putInt(0)
            .array();
    summed(from, to, TCP, 16, segment);
    return from.getAddress().length == 4
        ? ethernet(toMac, fromMac, 0x0800, packet4(from, to, TCP, segment))
        : ethernet(toMac, fromMac, 0x86dd, packet6(from, to, TCP, 64, segment));
  }

  /** Says to all that an address is at a MAC, by a sender that is somebody else's or its own. */
  static byte[] advertisement(MacAddress mac, InetAddress from, InetAddress target) {
    byte[] message =
        ByteBuffer.allocate(32)
            .putInt(136 << 24)
            .putInt(0x20000000)
            .put(target.getAddress())
            .put((byte) 2)
            .put((byte) 1)
            .put(mac.toBytes())
            .array();
    return icmp(mac, from, message);
  }

  /** Says to all that the sender is a router for everything. */
  static byte[] routerAdvertisement(MacAddress mac, InetAddress from) {
    byte[] message =
        ByteBuffer.allocate(24)
            .putInt(134 << 24)
            .put((byte) 64)
            .put((byte) 0)
            .putShort((short) 1800)
            .putInt(0)
            .putInt(0)
            .put((byte) 1)
            .put((byte) 1)
            .put(mac.toBytes())
            .array();
    return icmp(mac, from, message);
  }

  private static byte[] icmp(MacAddress mac, InetAddress from, byte[] message) {
    byte[] summed = summed(from, ALL_NODES, ICMPV6, 2, message);
    return ethernet(ALL_NODES_MAC, mac, 0x86dd, packet6(from, ALL_NODES, ICMPV6, 255, summed));
  }

  private static byte[] ethernet(MacAddress to, MacAddress from, int type, byte[] packet) {
    return ByteBuffer.allocate(14 + packet.length)
        .put(to.toBytes())
        .put(from.toBytes())
        .putShort((short) type)
        .put(packet)
        .array();
  }

  private static byte[] packet4(InetAddress from, InetAddress to, int protocol, byte[] datagram) {
    byte[] packet =
        ByteBuffer.allocate(20 + datagram.length)
            .putShort((short) 0x4500)
            .putShort((short) (20 + datagram.length))
            .putInt(0)
            .put((byte) 64)
            .put((byte) protocol)
            .putShort((short) 0)
            .put(from.getAddress())
            .put(to.getAddress())
            .put(datagram)
            .array();
    ByteBuffer.wrap(packet).putShort(10, checksum(ByteBuffer.wrap(packet, 0, 20)));
    return packet;
  }

  private static byte[] packet6(
      InetAddress from, InetAddress to, int protocol, int hops, byte[] message) {
    return ByteBuffer.allocate(40 + message.length)
        .putInt(0x60000000)
        .putShort((short) message.length)
        .put((byte) protocol)
        .put((byte) hops)
        .put(from.getAddress())
        .put(to.getAddress())
        .put(message)
        .array();
  }

  /** With its checksum at an offset, over the pseudo-header of RFC 8200, section 8.1, or v4's. */
  private static byte[] summed(
      InetAddress from, InetAddress to, int protocol, int at, byte[] message) {
    ByteBuffer all =
        ByteBuffer.allocate(40 + message.length + message.length % 2)
            .put(from.getAddress())
            .put(to.getAddress())
            .putInt(message.length)
            .putInt(protocol)
            .put(message)
            .rewind();
    ByteBuffer.wrap(message).putShort(at, checksum(all));
    return message;
  }

  /** RFC 1071. */
  private static short checksum(ByteBuffer words) {
    long sum = 0;
    while (words.remaining() > 1) {
      sum += Short.toUnsignedInt(words.getShort());
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }
}
