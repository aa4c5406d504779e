package io.fairlead.linux.netlink;

import io.fairlead.linux.Libc;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/** IP addresses of links. */
public final class Addresses {
  private Addresses() {}

  /** Adds an address, with the broadcast address of its v4 subnet. EEXIST if it is there. */
  public static Request add(Address address) {
    var message = header(Rtnetlink.RTM_NEWADDR, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, address);
    if (address.address() instanceof Inet4Address v4 && address.prefixLength() < 31) {
      message.attribute(Rtnetlink.IFA_BROADCAST, broadcast(v4, address.prefixLength()));
    }
    return message.request("add address", describe(address));
  }

  /** Deletes an address. EADDRNOTAVAIL if it is not there. */
  public static Request delete(Address address) {
    return header(Rtnetlink.RTM_DELADDR, 0, address).request("delete address", describe(address));
  }

  /** The addresses of all links, v4 and v6. */
  public static List<Address> all(NetlinkSocket socket) {
    return ofLink(socket, 0);
  }

  /** The addresses of one link, v4 and v6; the kernel filters. */
  public static List<Address> ofLink(NetlinkSocket socket, int linkIndex) {
    var request =
        new MessageWriter(Rtnetlink.RTM_GETADDR, 0)
            .u8(Libc.AF_UNSPEC)
            .zeros(3)
            .u32(linkIndex)
            .request("list", "addresses");
    return socket.dump(request).stream()
        .filter(message -> message.u8(0) == Libc.AF_INET || message.u8(0) == Libc.AF_INET6)
        .map(Addresses::decode)
        .toList();
  }

  private static MessageWriter header(int type, int flags, Address address) {
    byte[] bytes = address.address().getAddress();
    return new MessageWriter(type, flags)
        .u8(family(address.address()))
        .u8(address.prefixLength())
        .u8(address.isNoDad() ? Rtnetlink.IFA_F_NODAD : 0)
        .u8(Rtnetlink.RT_SCOPE_UNIVERSE)
        .u32(address.linkIndex())
        .attribute(Rtnetlink.IFA_LOCAL, bytes)
        .attribute(Rtnetlink.IFA_ADDRESS, bytes);
  }

  static int family(InetAddress address) {
    return address instanceof Inet4Address ? Libc.AF_INET : Libc.AF_INET6;
  }

  private static byte[] broadcast(Inet4Address address, int prefixLength) {
    byte[] bytes = address.getAddress();
    for (int bit = prefixLength; bit < 32; bit++) {
      bytes[bit / 8] |= (byte) (0x80 >>> (bit % 8));
    }
    return bytes;
  }

  private static String describe(Address address) {
    return "%s/%d on link %d"
        .formatted(address.address().getHostAddress(), address.prefixLength(), address.linkIndex());
  }

  static Address decode(Message message) {
    var attributes = message.attributes(Rtnetlink.IFADDRMSG_BYTES);
    // A v4 address with a peer has its own in IFA_LOCAL; v6 has IFA_ADDRESS only.
    var address = attributes.address(Rtnetlink.IFA_LOCAL);
    if (address == null) {
      address = attributes.address(Rtnetlink.IFA_ADDRESS);
    }
    if (address == null) {
      throw new MalformedMessage("an address message without an address");
    }
    boolean isNoDad =
        message.u8(0) == Libc.AF_INET6 && (message.u8(2) & Rtnetlink.IFA_F_NODAD) != 0;
    return new Address(message.u32(4), address, message.u8(1), isNoDad);
  }
}
