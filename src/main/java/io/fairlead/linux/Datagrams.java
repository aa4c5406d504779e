package io.fairlead.linux;

import static io.fairlead.linux.MessageHeader.CMSGHDR_SIZE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Datagrams of IPv6 sockets that serve many: whom one came from, and which of our addresses it was
 * sent to, so that the answer leaves from there ({@code IPV6_PKTINFO}, RFC 3542, section 6). One
 * thread at a time.
 */
public final class Datagrams {
  private static final int MAX_BYTES = 65_535;

  /** {@code struct sockaddr_in6} and {@code in6_pktinfo} (linux/in6.h, linux/ipv6.h). */
  private static final int NAME_SIZE = 28;

  private static final int PKTINFO_SIZE = 20;
  private static final int PKTINFO_IFINDEX = 16;

  /**
   * The other side of an exchange, with our address in it: comparable, and otherwise for {@link
   * #send} only.
   *
   * @param bytes as the kernel has them
   */
  public record Peer(ByteBuffer bytes) {}

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment room = arena.allocate(MAX_BYTES);
  private final MemorySegment name = arena.allocate(NAME_SIZE, 8);
  private final MemorySegment control =
      MessageHeader.control(arena, Libc.IPPROTO_IPV6, Libc.IPV6_PKTINFO, PKTINFO_SIZE);
  private final MessageHeader header = new MessageHeader(arena, room, control).name(name);
  private MemorySegment received = room.asSlice(0, 0);

  /** Has the kernel say which address a datagram was sent to. */
  public static void prepare(int socket) {
    Errno.check(
        Libc.setsockopt(socket, Libc.IPPROTO_IPV6, Libc.IPV6_RECVPKTINFO, 1),
        "setsockopt(IPV6_RECVPKTINFO)",
        "descriptor " + socket);
  }

  /** Receives without waiting; empty if no datagram is there. */
  public Optional<Peer> receive(int socket) {
    header.data(room).control(control).name(name);
    long length = Libc.recvmsg(socket, header.segment(), Libc.MSG_DONTWAIT);
    if (length < 0 || !header.hasControl(control, Libc.IPPROTO_IPV6, Libc.IPV6_PKTINFO)) {
      return Optional.empty();
    }
    received = room.asSlice(0, length);
    byte[] peer = new byte[NAME_SIZE + PKTINFO_SIZE];
    MemorySegment.copy(name, ValueLayout.JAVA_BYTE, 0, peer, 0, NAME_SIZE);
    MemorySegment.copy(control, ValueLayout.JAVA_BYTE, CMSGHDR_SIZE, peer, NAME_SIZE, PKTINFO_SIZE);
    if (!isLinkLocal(peer)) {
      // The way back need not be the link that it came by.
      ByteBuffer.wrap(peer).putInt(NAME_SIZE + PKTINFO_IFINDEX, 0);
    }
    return Optional.of(new Peer(ByteBuffer.wrap(peer).asReadOnlyBuffer()));
  }

  /** Our address in fe80::/10 (RFC 4291, section 2.5.6). */
  private static boolean isLinkLocal(byte[] peer) {
    return peer[NAME_SIZE] == (byte) 0xfe && (peer[NAME_SIZE + 1] & 0xc0) == 0x80;
  }

  /** Receives what a connected socket has; -errno where that fails. */
  public long receiveConnected(int socket) {
    long length = Libc.recv(socket, room, Libc.MSG_DONTWAIT);
    received = room.asSlice(0, Math.max(length, 0));
    return length;
  }

  /** Sends on what was received last, by a connected socket; lost where that fails. */
  public void send(int socket) {
    var _ = Libc.send(socket, received, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
  }

  /** Sends on what was received last; lost where that fails, as datagrams are. */
  public void send(int socket, Peer peer) {
    var bytes = MemorySegment.ofBuffer(peer.bytes);
    MemorySegment.copy(bytes, 0, name, 0, NAME_SIZE);
    MemorySegment.copy(bytes, NAME_SIZE, control, CMSGHDR_SIZE, PKTINFO_SIZE);
    header.data(received).control(control).name(name);
    var _ = Libc.sendmsg(socket, header.segment(), Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
  }
}
