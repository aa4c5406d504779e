package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.SocketAddresses;
import io.fairlead.network.NetworkSettings.HostPort;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** IPv6 reaches containers that have none: the relay is a fact among the others. */
@Tag("kernel")
class RelayTest {
  private static final Duration SOON = Duration.ofMillis(500);
  private static final NetworkRequest WEB = publishing("80/tcp", "", "8080");
  private static final NetworkRequest DNS = publishing("53/udp", "", "5353");

  private final NetworkFixture fixture = new NetworkFixture();
  private final TestHost outside = TestHost.create("outside");

  @BeforeEach
  void wire() {
    fixture.host.link(outside, "2001:db8::1/64", "2001:db8::2/64");
  }

  @AfterEach
  void close() {
    fixture.close();
    outside.close();
  }

  @Test
  void allAddressesAreThoseOfBothFamilies() {
    String id = fixture.start("web", WEB);
    fixture.serve(id, 80, "hello");

    assertThat(fixture.networks.settings(fixture.row(id), WEB).ports().get("80/tcp"))
        .containsExactly(new HostPort("0.0.0.0", 8080), new HostPort("::", 8080));
    for (String address : new String[] {"127.0.0.1", "[::1]", "[2001:db8::1]"}) {
      assertThat(fixture.host.httpGet("http://%s:8080/".formatted(address))).isEqualTo("hello");
    }
    assertThat(outside.httpGet("http://[2001:db8::1]:8080/")).isEqualTo("hello");
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void aStoppedContainersPortIsRefusedAndComesBack() {
    String id = fixture.start("web", WEB);
    fixture.stop(id);
    assertThat(fixture.host.tryHttpGet("http://[::1]:8080/", SOON)).isEmpty();
    assertThat(fixture.networks.drift()).isEmpty();

    fixture.restart(id, "web", WEB);
    fixture.serve(id, 80, "again");
    assertThat(fixture.host.httpGet("http://[::1]:8080/")).isEqualTo("again");
  }

  @Test
  void theNextEngineServesAgain() {
    String id = fixture.start("web", WEB);
    fixture.serve(id, 80, "hello");
    fixture.networks.close();
    assertThat(fixture.host.tryHttpGet("http://[::1]:8080/", SOON)).isEmpty();

    fixture.networks = fixture.open();
    assertThat(fixture.host.httpGet("http://[::1]:8080/")).isEqualTo("hello");
    assertThat(fixture.networks.drift()).isEmpty();
  }

  /** Somebody who gets hold of the socket could do this: nobody is served any more. */
  @Test
  void aListenerThatIsMissingIsNamedAndMended() throws IOException {
    String id = fixture.start("web", WEB);
    fixture.serve(id, 80, "hello");
    assertThat(tie()).isPositive();
    assertThat(fixture.host.tryHttpGet("http://[::1]:8080/", SOON)).isEmpty();

    assertThat(fixture.networks.drift())
        .singleElement()
        .asString()
        .startsWith("+ Listener[port 8080/tcp on :: -> 172.17.0.2 port 80]");
    fixture.networks.repair();
    assertThat(fixture.networks.drift()).isEmpty();
    assertThat(fixture.host.httpGet("http://[::1]:8080/")).isEqualTo("hello");
  }

  /** Ties the relay's socket to no interface, as a port that is only held; how many were found. */
  private static int tie() throws IOException {
    int tied = 0;
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path path : open.toList()) {
        int fd = Integer.parseInt(path.getFileName().toString());
        boolean isListener = Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN) == 1;
        if (isListener && SocketAddresses.nameOf(fd).getPort() == 8080) {
          tied +=
              Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, 0x7fffffff) == 0 ? 1 : 0;
        }
      }
    }
    return tied;
  }

  @Test
  void aDatagramClientThatKeepsSendingReachesTheNextContainer() throws IOException {
    try (DatagramSocket client = outside.call(() -> new DatagramSocket())) {
      client.connect(InetAddress.ofLiteral("2001:db8::1"), 5353);
      client.setSoTimeout(200);
      String first = fixture.start("first", DNS);
      try (var _ = answering(first, "first")) {
        await().until(() -> ask(client), Optional.of("first")::equals);
      }
      fixture.remove(first);
      assertThat(ask(client)).isEmpty();

      String second = fixture.start("second", DNS);
      try (var _ = answering(second, "second")) {
        await().until(() -> ask(client), Optional.of("second")::equals);
      }
    }
  }

  private static Optional<String> ask(DatagramSocket client) {
    try {
      client.send(new DatagramPacket(new byte[1], 1));
      var answer = new DatagramPacket(new byte[64], 64);
      client.receive(answer);
      return Optional.of(
          new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private DatagramSocket answering(String id, String word) {
    DatagramSocket server =
        new NetNamespace(fixture.pin(id))
            .call("serve", () -> new DatagramSocket(53, InetAddress.ofLiteral("0.0.0.0")));
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    Thread.ofVirtual()
        .start(
            () -> {
              var asked = new DatagramPacket(new byte[64], 64);
              while (!server.isClosed()) {
                try {
                  server.receive(asked);
                  server.send(new DatagramPacket(bytes, bytes.length, asked.getSocketAddress()));
                } catch (IOException e) {
                  // Closed by the test.
                }
              }
            });
    return server;
  }
}
