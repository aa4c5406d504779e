package io.fairlead.linux.netlink;

import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's table of connections, through a NETLINK_NETFILTER socket. An entry outlives the rule
 * that translated its first packet: what such a rule did goes on until the entry is deleted.
 */
public final class Conntrack {
  private Conntrack() {}

  /** Forgets what was directed to containers' ports: entries whose replies come from there. */
  public static void flushByReplySource(
      NetlinkSocket socket, Transport transport, Set<Place> sources) {
    flush(socket, new Selection(transport, sources, true));
  }

  /** Forgets what was sent to these addresses and ports, before any translation. */
  public static void flushByDestination(
      NetlinkSocket socket, Transport transport, Set<Place> destinations) {
    flush(socket, new Selection(transport, destinations, false));
  }

  /** The connections of one protocol, v4 and v6. */
  public static List<Flow> all(NetlinkSocket socket, Transport transport) {
    var flows = new ArrayList<>(list(socket, transport, Libc.AF_INET));
    flows.addAll(list(socket, transport, Libc.AF_INET6));
    return flows;
  }

  /** The kernel filters by protocol from Linux 5.8 on, if it is told the family; before, not. */
  private static List<Flow> list(NetlinkSocket socket, Transport transport, int family) {
    var request =
        header(Nfnetlink.CT_GET, family)
            .nested(
                Nfnetlink.CTA_TUPLE_ORIG,
                tuple ->
                    tuple.nested(
                        Nfnetlink.CTA_TUPLE_PROTO,
                        proto -> proto.attributeU8(Nfnetlink.CTA_PROTO_NUM, transport.number())))
            .nested(
                Nfnetlink.CTA_FILTER,
                filter ->
                    filter
                        .attributeU32(
                            Nfnetlink.CTA_FILTER_ORIG_FLAGS, Nfnetlink.CTA_FILTER_F_CTA_PROTO_NUM)
                        .attributeU32(Nfnetlink.CTA_FILTER_REPLY_FLAGS, 0))
            .request("list", "connections");
    return socket.dump(request).stream()
        .flatMap(message -> decode(message).stream())
        .filter(flow -> flow.transport() == transport)
        .toList();
  }

  /** Forgets one. ENOENT if it has ended meanwhile. */
  public static Request delete(Flow flow) {
    return header(Nfnetlink.CT_DELETE, family(flow.original().destination()))
        .nested(
            Nfnetlink.CTA_TUPLE_ORIG, tuple -> writeTuple(tuple, flow.transport(), flow.original()))
        .request(
            "delete connection", flow.original().source() + " to " + flow.original().destination());
  }

  /**
   * Which entries are meant.
   *
   * @param isReplySource whether the places are where replies come from; else they are what the
   *     original packets were sent to
   */
  record Selection(Transport transport, Set<Place> places, boolean isReplySource) {
    boolean matches(Flow flow) {
      var there = isReplySource ? flow.reply().source() : flow.original().destination();
      return flow.transport() == transport && places.contains(there);
    }
  }

  private static void flush(NetlinkSocket socket, Selection selection) {
    boolean isV4 =
        selection.places().stream().allMatch(place -> place.address() instanceof Inet4Address);
    // The kernel goes through its table once for each place, and listing the table costs as much
    // as four such walks.
    if (!isV4 || selection.places().size() > 4 || !flushInKernel(socket, selection)) {
      flushOneByOne(socket, selection);
    }
  }

  /**
   * Linux 6.11 and later delete by filter. Earlier ones take such a message for one that names a
   * single entry, and badly, and refuse it.
   *
   * @return false if this kernel cannot
   */
  private static boolean flushInKernel(NetlinkSocket socket, Selection selection) {
    try {
      for (Place place : selection.places()) {
        socket.request(
            deletion(selection, place).request("flush connections of", place.toString()));
      }
      return true;
    } catch (KernelException e) {
      return switch (e.errno()) {
        case Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOENT -> false;
        default -> throw e;
      };
    }
  }

  static void flushOneByOne(NetlinkSocket socket, Selection selection) {
    selection.places().stream()
        .mapToInt(Conntrack::family)
        .distinct()
        .mapToObj(family -> list(socket, selection.transport(), family))
        .flatMap(List::stream)
        .filter(selection::matches)
        .forEach(flow -> deleteIfThere(socket, flow));
  }

  private static void deleteIfThere(NetlinkSocket socket, Flow flow) {
    try {
      socket.request(delete(flow));
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /**
   * For v4 only. Of v6 addresses the kernel's filter takes those that are NOT equal (tried on
   * 6.18): it would delete the entries of everybody else.
   */
  private static MessageWriter deletion(Selection selection, Place place) {
    boolean isSource = selection.isReplySource();
    int flags =
        Nfnetlink.CTA_FILTER_F_CTA_PROTO_NUM
            | (isSource
                ? Nfnetlink.CTA_FILTER_F_CTA_IP_SRC | Nfnetlink.CTA_FILTER_F_CTA_PROTO_SRC_PORT
                : Nfnetlink.CTA_FILTER_F_CTA_IP_DST | Nfnetlink.CTA_FILTER_F_CTA_PROTO_DST_PORT);
    return header(Nfnetlink.CT_DELETE, family(place))
        .nested(
            isSource ? Nfnetlink.CTA_TUPLE_REPLY : Nfnetlink.CTA_TUPLE_ORIG,
            tuple -> writeHalf(tuple, selection.transport(), place, isSource))
        .nested(
            Nfnetlink.CTA_FILTER,
            filter ->
                filter
                    .attributeU32(Nfnetlink.CTA_FILTER_ORIG_FLAGS, isSource ? 0 : flags)
                    .attributeU32(Nfnetlink.CTA_FILTER_REPLY_FLAGS, isSource ? flags : 0));
  }

  private static void writeHalf(
      MessageWriter tuple, Transport transport, Place place, boolean isSource) {
    tuple
        .nested(Nfnetlink.CTA_TUPLE_IP, ip -> writeAddress(ip, place, isSource))
        .nested(
            Nfnetlink.CTA_TUPLE_PROTO,
            proto -> {
              proto.attributeU8(Nfnetlink.CTA_PROTO_NUM, transport.number());
              writePort(proto, place, isSource);
            });
  }

  /** {@code struct nfgenmsg}: family, version, resource. */
  private static MessageWriter header(int type, int family) {
    return new MessageWriter(type, 0).u8(family).u8(0).u16Be(0);
  }

  private static int family(Place place) {
    return Addresses.family(place.address());
  }

  static void writeTuple(MessageWriter tuple, Transport transport, Flow.Direction direction) {
    tuple
        .nested(
            Nfnetlink.CTA_TUPLE_IP,
            ip -> {
              writeAddress(ip, direction.source(), true);
              writeAddress(ip, direction.destination(), false);
            })
        .nested(
            Nfnetlink.CTA_TUPLE_PROTO,
            proto -> {
              proto.attributeU8(Nfnetlink.CTA_PROTO_NUM, transport.number());
              writePort(proto, direction.source(), true);
              writePort(proto, direction.destination(), false);
            });
  }

  private static void writeAddress(MessageWriter ip, Place place, boolean isSource) {
    int attribute =
        place.address() instanceof Inet4Address
            ? (isSource ? Nfnetlink.CTA_IP_V4_SRC : Nfnetlink.CTA_IP_V4_DST)
            : (isSource ? Nfnetlink.CTA_IP_V6_SRC : Nfnetlink.CTA_IP_V6_DST);
    ip.attribute(attribute, place.address().getAddress());
  }

  private static void writePort(MessageWriter proto, Place place, boolean isSource) {
    proto.attributeU16Be(
        isSource ? Nfnetlink.CTA_PROTO_SRC_PORT : Nfnetlink.CTA_PROTO_DST_PORT, place.port());
  }

  /** Empty for a protocol without ports. */
  static Optional<Flow> decode(Message message) {
    var attributes = message.attributes(Nfnetlink.NFGENMSG_BYTES);
    var original = attributes.nested(Nfnetlink.CTA_TUPLE_ORIG);
    int number = original.nested(Nfnetlink.CTA_TUPLE_PROTO).u8(Nfnetlink.CTA_PROTO_NUM, 0);
    for (Transport transport : Transport.values()) {
      if (transport.number() == number) {
        boolean isV4 = message.u8(0) == Libc.AF_INET;
        return Optional.of(
            new Flow(
                transport,
                direction(original, isV4),
                direction(attributes.nested(Nfnetlink.CTA_TUPLE_REPLY), isV4)));
      }
    }
    return Optional.empty();
  }

  private static Flow.Direction direction(Attributes tuple, boolean isV4) {
    var ip = tuple.nested(Nfnetlink.CTA_TUPLE_IP);
    var proto = tuple.nested(Nfnetlink.CTA_TUPLE_PROTO);
    int source = isV4 ? Nfnetlink.CTA_IP_V4_SRC : Nfnetlink.CTA_IP_V6_SRC;
    int destination = isV4 ? Nfnetlink.CTA_IP_V4_DST : Nfnetlink.CTA_IP_V6_DST;
    return new Flow.Direction(
        place(ip, source, proto.u16Be(Nfnetlink.CTA_PROTO_SRC_PORT, 0)),
        place(ip, destination, proto.u16Be(Nfnetlink.CTA_PROTO_DST_PORT, 0)));
  }

  private static Place place(Attributes ip, int attribute, int port) {
    var address = ip.address(attribute);
    if (address == null) {
      throw new MalformedMessage("a connection without an address");
    }
    return new Place(address, port);
  }
}
