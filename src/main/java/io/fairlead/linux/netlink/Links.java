package io.fairlead.linux.netlink;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Network interfaces: messages that make, change and delete them, and questions about them. */
public final class Links {
  private Links() {}

  /**
   * A veth left to itself is made with a queue for each processor and then cut down to one, which
   * costs every queue's sysfs entries twice and two RCU waits (drivers/net/veth.c,
   * veth_init_queues).
   */
  private static final int VETH_QUEUES = 1;

  /** linux/sockios.h */
  private static final long SIOCGIFINDEX = 0x8933;

  /** struct ifreq, linux/if.h: a name, then a union. */
  private static final int IFREQ_BYTES = 40;

  /**
   * Makes a veth pair, its end here up and in its bridge. The kernel refuses a peer that is born up
   * (ENOTCONN), and ignores alias and what concerns the port at birth: a {@link LinkChange} of the
   * same batch sets those, by name. From Linux 6.3 on the answer holds the new link: see {@link
   * #born}.
   */
  public static Request addVeth(Veth veth) {
    var message =
        newLink(veth.hostName(), veth.hostMac(), veth.mtuBytes(), veth.group())
            .attributeU32(Rtnetlink.IFLA_NUM_TX_QUEUES, VETH_QUEUES)
            .attributeU32(Rtnetlink.IFLA_NUM_RX_QUEUES, VETH_QUEUES);
    if (veth.masterIndex() != 0) {
      message.attributeU32(Rtnetlink.IFLA_MASTER, veth.masterIndex());
    }
    return message
        .nested(
            Rtnetlink.IFLA_LINKINFO,
            info ->
                info.attributeString(Rtnetlink.IFLA_INFO_KIND, "veth")
                    .nested(Rtnetlink.IFLA_INFO_DATA, data -> writePeer(data, veth)))
        .request("add veth", veth.hostName());
  }

  private static void writePeer(MessageWriter data, Veth veth) {
    data.attribute(
        Rtnetlink.VETH_INFO_PEER,
        peer ->
            peer.zeros(Rtnetlink.IFINFOMSG_BYTES)
                .attributeString(Rtnetlink.IFLA_IFNAME, checkName(veth.peerName()))
                .attribute(Rtnetlink.IFLA_ADDRESS, veth.peerMac().toBytes())
                .attributeU32(Rtnetlink.IFLA_MTU, veth.mtuBytes())
                .attributeU32(Rtnetlink.IFLA_NUM_TX_QUEUES, VETH_QUEUES)
                .attributeU32(Rtnetlink.IFLA_NUM_RX_QUEUES, VETH_QUEUES)
                .attributeU32(Rtnetlink.IFLA_NET_NS_FD, veth.namespaceFd()));
  }

  /**
   * Makes a bridge, up. As with a veth, its alias is set by a {@link LinkChange}. The VLAN filter
   * is off from birth; a kernel built without it refuses even to be told so.
   */
  public static Request addBridge(Bridge bridge) {
    return newLink(bridge.name(), bridge.mac(), bridge.mtuBytes(), bridge.group())
        .nested(
            Rtnetlink.IFLA_LINKINFO,
            info ->
                info.attributeString(Rtnetlink.IFLA_INFO_KIND, "bridge")
                    .nested(
                        Rtnetlink.IFLA_INFO_DATA,
                        data ->
                            data.attributeU32(Rtnetlink.IFLA_BR_STP_STATE, 0)
                                .attributeU32(Rtnetlink.IFLA_BR_FORWARD_DELAY, 0)))
        .request("add bridge", bridge.name());
  }

  private static MessageWriter newLink(String name, MacAddress mac, int mtuBytes, int group) {
    int flags = Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL | Netlink.NLM_F_ECHO;
    return new MessageWriter(Rtnetlink.RTM_NEWLINK, flags)
        .u8(Libc.AF_UNSPEC)
        .zeros(3)
        .u32(0)
        .u32(Rtnetlink.IFF_UP)
        .u32(Rtnetlink.IFF_UP)
        .attributeString(Rtnetlink.IFLA_IFNAME, checkName(name))
        .attribute(Rtnetlink.IFLA_ADDRESS, mac.toBytes())
        .attributeU32(Rtnetlink.IFLA_MTU, mtuBytes)
        .attributeU32(Rtnetlink.IFLA_GROUP, group);
  }

  /**
   * The link that an answer to {@link #addVeth} or {@link #addBridge} holds: its index, and the
   * peer's. Empty on kernels that do not echo; then {@link #find} it.
   */
  public static Optional<Link> born(List<Message> answer) {
    return answer.stream()
        .filter(message -> message.type() == Rtnetlink.RTM_NEWLINK)
        .map(Links::decode)
        .findFirst();
  }

  public static Request delete(int index) {
    if (index <= 0) {
      throw new IllegalArgumentException("link index " + index);
    }
    return header(Rtnetlink.RTM_DELLINK, index).request("delete link", "index " + index);
  }

  public static Request delete(String name) {
    return header(Rtnetlink.RTM_DELLINK, 0)
        .attributeString(Rtnetlink.IFLA_IFNAME, checkName(name))
        .request("delete link", name);
  }

  /**
   * Deletes all links of a group together: hardly dearer than deleting one. ENODEV if there is
   * none.
   *
   * @param group not 0, which every link is in that was given no other
   */
  public static Request deleteGroup(int group) {
    if (group == 0) {
      throw new IllegalArgumentException("group 0 holds the machine's own links");
    }
    return header(Rtnetlink.RTM_DELLINK, 0)
        .attributeU32(Rtnetlink.IFLA_GROUP, group)
        .request("delete links of group", Integer.toString(group));
  }

  public static List<Link> all(NetlinkSocket socket) {
    return dump(socket, header(Rtnetlink.RTM_GETLINK, 0));
  }

  /** The ports of a bridge; the kernel filters. */
  public static List<Link> ofMaster(NetlinkSocket socket, int masterIndex) {
    return dump(
        socket, header(Rtnetlink.RTM_GETLINK, 0).attributeU32(Rtnetlink.IFLA_MASTER, masterIndex));
  }

  /** The links of a group. The kernel lists all; we choose. */
  public static List<Link> ofGroup(NetlinkSocket socket, int group) {
    return all(socket).stream().filter(link -> link.group() == group).toList();
  }

  public static Optional<Link> find(NetlinkSocket socket, String name) {
    return get(
        socket,
        withoutStatistics(
                header(Rtnetlink.RTM_GETLINK, 0)
                    .attributeString(Rtnetlink.IFLA_IFNAME, checkName(name)))
            .request("get link", name));
  }

  public static Optional<Link> find(NetlinkSocket socket, int index) {
    return get(
        socket,
        withoutStatistics(header(Rtnetlink.RTM_GETLINK, index))
            .request("get link", "index " + index));
  }

  /**
   * A link's index, by ioctl: unlike a question by netlink it takes no lock that link changes hold.
   * Empty if there is none of that name.
   */
  public static OptionalInt index(NetlinkSocket socket, String name) {
    try (var arena = Arena.ofConfined()) {
      var request = arena.allocate(IFREQ_BYTES, Integer.BYTES);
      request.setString(0, checkName(name));
      int result = Libc.ioctl(socket.number(), SIOCGIFINDEX, request);
      if (result == -Errno.ENODEV) {
        return OptionalInt.empty();
      }
      check(result, "ioctl(SIOCGIFINDEX)", name);
      return OptionalInt.of(request.get(ValueLayout.JAVA_INT, Rtnetlink.IFNAMSIZ));
    }
  }

  static String checkName(String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length >= Rtnetlink.IFNAMSIZ) {
      throw new IllegalArgumentException("a link's name has 1 to 15 bytes: '" + name + "'");
    }
    return name;
  }

  private static Optional<Link> get(NetlinkSocket socket, Request request) {
    try {
      return Optional.of(decode(socket.request(request).getFirst()));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENODEV) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static List<Link> dump(NetlinkSocket socket, MessageWriter message) {
    return socket.dump(withoutStatistics(message).request("list", "links")).stream()
        .map(Links::decode)
        .toList();
  }

  private static MessageWriter header(int type, int index) {
    return new MessageWriter(type, 0).u8(Libc.AF_UNSPEC).zeros(3).u32(index).zeros(8);
  }

  private static MessageWriter withoutStatistics(MessageWriter message) {
    return message.attributeU32(Rtnetlink.IFLA_EXT_MASK, Rtnetlink.RTEXT_FILTER_SKIP_STATS);
  }

  static Link decode(Message message) {
    var attributes = message.attributes(Rtnetlink.IFINFOMSG_BYTES);
    var info = attributes.nested(Rtnetlink.IFLA_LINKINFO);
    var port = info.nested(Rtnetlink.IFLA_INFO_SLAVE_DATA);
    boolean isPort = info.string(Rtnetlink.IFLA_INFO_SLAVE_KIND, "").equals("bridge");
    byte[] mac = attributes.bytes(Rtnetlink.IFLA_ADDRESS);
    return new Link(
        message.u32(4),
        attributes.string(Rtnetlink.IFLA_IFNAME, ""),
        info.string(Rtnetlink.IFLA_INFO_KIND, ""),
        (message.u32(8) & Rtnetlink.IFF_UP) != 0,
        attributes.u32(Rtnetlink.IFLA_MTU, 0),
        mac == null || mac.length != 6 ? null : MacAddress.ofBytes(mac),
        attributes.u32(Rtnetlink.IFLA_MASTER, 0),
        isPort && port.u8(Rtnetlink.IFLA_BRPORT_MODE, 0) != 0,
        isPort && port.u8(Rtnetlink.IFLA_BRPORT_LEARNING, 0) != 0,
        attributes.u32(Rtnetlink.IFLA_GROUP, 0),
        attributes.string(Rtnetlink.IFLA_IFALIAS, ""),
        attributes.u32(Rtnetlink.IFLA_LINK, 0),
        attributes.u32(Rtnetlink.IFLA_LINK_NETNSID, -1));
  }
}
