package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in} and {@code sockaddr_in6} (linux/in.h, linux/in6.h). */
public final class SocketAddresses {
  private static final int IN_SIZE = 16;
  private static final int IN6_SIZE = 28;
  private static final int PORT = 2;
  private static final int IN_ADDRESS = 4;
  private static final int IN6_ADDRESS = 8;
  private static final ValueLayout.OfShort BE16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  public static MemorySegment of(Arena arena, InetAddress address, int port) {
    boolean isV6 = address instanceof Inet6Address;
    MemorySegment segment = arena.allocate(isV6 ? IN6_SIZE : IN_SIZE, 4);
    segment.set(ValueLayout.JAVA_SHORT, 0, (short) (isV6 ? Libc.AF_INET6 : Libc.AF_INET));
    segment.set(BE16, PORT, (short) port);
    byte[] bytes = address.getAddress();
    MemorySegment.copy(
        bytes, 0, segment, ValueLayout.JAVA_BYTE, isV6 ? IN6_ADDRESS : IN_ADDRESS, bytes.length);
    return segment;
  }

  /** What an internet socket is bound to. */
  public static InetSocketAddress nameOf(int socket) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(IN6_SIZE, 4);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, IN6_SIZE);
      check(Libc.getsockname(socket, segment, length), "getsockname", "descriptor " + socket);
      boolean isV6 = segment.get(ValueLayout.JAVA_SHORT, 0) == Libc.AF_INET6;
      byte[] address =
          segment
              .asSlice(isV6 ? IN6_ADDRESS : IN_ADDRESS, isV6 ? 16 : 4)
              .toArray(ValueLayout.JAVA_BYTE);
      return new InetSocketAddress(
          InetAddress.getByAddress(address), Short.toUnsignedInt(segment.get(BE16, PORT)));
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}
