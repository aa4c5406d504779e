package io.fairlead.network.port;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Datagrams;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.SocketAddresses;
import io.fairlead.network.address.Addresses;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A socket that holds one host port and takes no packet: bound without SO_REUSEADDR (with it a
 * foreign process could take the port), not listening (clients would hang), and then tied to an
 * interface that does not exist (or UDP clients would hang). So foreign programs get EADDRINUSE,
 * and where the rules that lead to the container are missing, clients are refused. Where the relay
 * serves the port, it takes packets on the same socket.
 */
final class HostSocket {
  private static final int NO_INTERFACE = 0x7fffffff;
  private static final int ANY_INTERFACE = 0;
  private static final int BACKLOG = 128;

  private HostSocket() {}

  /**
   * @param port 0: one that the kernel chooses
   * @return empty if somebody has the port
   * @throws io.fairlead.linux.KernelException for any other failure
   */
  static Optional<Fd> bind(Protocol protocol, InetAddress address, int port) {
    String object = "%s %s port %d".formatted(protocol, Addresses.text(address), port);
    boolean isV6 = Addresses.isV6(address);
    var socket = new Fd(check(make(protocol, isV6), "socket", object));
    try (var arena = Arena.ofConfined()) {
      if (isV6) {
        set(socket, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1, object);
      }
      int result = Libc.bind(socket.number(), SocketAddresses.of(arena, address, port));
      if (result == -Errno.EADDRINUSE) {
        socket.close();
        return Optional.empty();
      }
      check(result, "bind", object);
      set(socket, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, NO_INTERFACE, object);
      return Optional.of(socket);
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * A socket of the calling thread's namespace towards a container; of TCP it need not be connected
   * yet. Empty where none can be opened, or nothing leads there.
   */
  static Optional<Fd> towards(Protocol protocol, InetSocketAddress target) {
    int number = make(protocol, Addresses.isV6(target.getAddress()));
    if (number < 0) {
      return Optional.empty();
    }
    try (var arena = Arena.ofConfined()) {
      var address = SocketAddresses.of(arena, target.getAddress(), target.getPort());
      int result = Libc.connect(number, address);
      if (result < 0 && result != -Errno.EINPROGRESS) {
        Libc.close(number);
        return Optional.empty();
      }
      return Optional.of(new Fd(number));
    }
  }

  /** Has a v6 socket take packets, and connections. */
  static void open(Protocol protocol, Fd socket) {
    switch (protocol) {
      case TCP -> check(Libc.listen(socket.number(), BACKLOG), "listen", "relay");
      case UDP -> Datagrams.prepare(socket.number());
    }
    set(socket, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, ANY_INTERFACE, "relay");
  }

  /** Clients are refused again: a listening socket that is tied so is not found. */
  static void shut(Fd socket) {
    set(socket, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, NO_INTERFACE, "relay");
  }

  static boolean isOpen(Protocol protocol, Fd socket) {
    return Libc.getsockopt(socket.number(), Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX) == ANY_INTERFACE
        && (protocol == Protocol.UDP
            || Libc.getsockopt(socket.number(), Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN) == 1);
  }

  /** Whether the calling thread's namespace has IPv6 at all. */
  static boolean hasV6() {
    int socket = make(Protocol.UDP, true);
    if (socket == -Errno.EAFNOSUPPORT) {
      return false;
    }
    new Fd(check(socket, "socket", "IPv6")).close();
    return true;
  }

  static int portOf(Fd socket) {
    return SocketAddresses.nameOf(socket.number()).getPort();
  }

  private static int make(Protocol protocol, boolean isV6) {
    return Libc.socket(
        isV6 ? Libc.AF_INET6 : Libc.AF_INET,
        protocol.socketType() | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK,
        0);
  }

  private static void set(Fd socket, int level, int option, int value, String object) {
    check(Libc.setsockopt(socket.number(), level, option, value), "setsockopt " + option, object);
  }
}
