package io.fairlead.linux.netlink;

import static io.fairlead.linux.Errno.check;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.PrivateNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class SocketDiagKernelTest {
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int PORT = 8080;

  private PrivateNamespace namespace;
  private NetlinkSocket diag;

  @BeforeEach
  void aHostWithLoopback() {
    namespace = PrivateNamespace.make();
    diag =
        namespace.call(
            () -> {
              try (var route = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)) {
                route.request(LinkChange.of("lo").up().request());
              }
              return NetlinkSocket.open(NetlinkSocket.NETLINK_SOCK_DIAG);
            });
  }

  @AfterEach
  void gone() {
    diag.close();
    namespace.close();
  }

  @Test
  void aBoundAndSilentTcpSocketIsFoundWithItsProcess() throws Exception {
    try (var socket = bound(Libc.SOCK_STREAM, "0.0.0.0", false)) {
      var holders = SocketDiag.holders(diag, Transport.TCP, address("127.0.0.1"), PORT);

      assertThat(holders)
          .containsExactly(new BoundSocket(address("0.0.0.0"), PORT, false, inode(socket), 0));
      assertThat(SocketProcess.of(inode(socket)))
          .hasValueSatisfying(
              process -> {
                assertThat(process.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(process.name()).isEqualTo("java");
              });
    }
  }

  @Test
  void aListeningSocketIsFound() throws Exception {
    try (var socket = bound(Libc.SOCK_STREAM, "::1", true)) {
      check(Libc.listen(socket.number(), 1), "listen", "test");

      assertThat(SocketDiag.holders(diag, Transport.TCP, address("::"), PORT))
          .containsExactly(new BoundSocket(address("::1"), PORT, true, inode(socket), 0));
      assertThat(SocketDiag.holders(diag, Transport.TCP, address("0.0.0.0"), PORT)).isEmpty();
      assertThat(SocketDiag.holders(diag, Transport.TCP, address("::"), PORT + 1)).isEmpty();
      assertThat(SocketDiag.holders(diag, Transport.UDP, address("::"), PORT)).isEmpty();
    }
  }

  @Test
  void aUdpSocketIsFoundOnItsAddressOnly() throws Exception {
    try (var socket = bound(Libc.SOCK_DGRAM, "127.0.0.1", false)) {
      var holder = new BoundSocket(address("127.0.0.1"), PORT, false, inode(socket), 0);
      assertThat(SocketDiag.holders(diag, Transport.UDP, address("127.0.0.1"), PORT))
          .containsExactly(holder);
      assertThat(SocketDiag.holders(diag, Transport.UDP, address("0.0.0.0"), PORT))
          .containsExactly(holder);
      assertThat(SocketDiag.holders(diag, Transport.UDP, address("127.0.0.2"), PORT)).isEmpty();
    }
  }

  @Test
  void aV6SocketHoldsTheV4PortTooUnlessItIsV6Only() throws Exception {
    try (var both = bound(Libc.SOCK_STREAM, "::", false)) {
      check(Libc.listen(both.number(), 1), "listen", "test");
      assertThat(SocketDiag.holders(diag, Transport.TCP, address("0.0.0.0"), PORT))
          .extracting(BoundSocket::inode)
          .containsExactly(inode(both));
    }
    try (var only = bound(Libc.SOCK_STREAM, "::", true)) {
      assertThat(SocketDiag.holders(diag, Transport.TCP, address("0.0.0.0"), PORT)).isEmpty();
      assertThat(SocketDiag.holders(diag, Transport.TCP, address("::"), PORT))
          .extracting(BoundSocket::inode)
          .containsExactly(inode(only));
    }
  }

  private Fd bound(int type, String address, boolean isV6Only) {
    return namespace.call(
        () -> {
          byte[] bytes = address(address).getAddress();
          int family = bytes.length == 4 ? Libc.AF_INET : Libc.AF_INET6;
          var fd =
              new Fd(check(Libc.socket(family, type | Libc.SOCK_CLOEXEC, 0), "socket", address));
          if (isV6Only) {
            check(
                Libc.setsockopt(fd.number(), IPPROTO_IPV6, IPV6_V6ONLY, 1), "IPV6_V6ONLY", address);
          }
          try (var arena = Arena.ofConfined()) {
            var sockaddr = arena.allocate(family == Libc.AF_INET ? 16 : 28);
            sockaddr.set(ValueLayout.JAVA_SHORT, 0, (short) family);
            ByteBuffer fields = sockaddr.asByteBuffer().putShort(2, (short) PORT);
            fields.put(family == Libc.AF_INET ? 4 : 8, bytes);
            check(Libc.bind(fd.number(), sockaddr), "bind", address);
          }
          return fd;
        });
  }

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  private static long inode(Fd socket) throws Exception {
    String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + socket.number())).toString();
    return Long.parseLong(link.replaceAll("\\D", ""));
  }
}
