package io.fairlead.network.port;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.network.address.Addresses;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The relay alone: a test's sockets are its clients and, on 127.0.0.1, its container. */
@Tag("kernel")
@Timeout(60)
class RelayKernelTest {
  private static final int PORT = 8080;
  private static final int TARGET = 80;
  private static final int PATIENCE_MILLIS = 5_000;
  private static final int SHORT_MILLIS = 300;

  private final TestHost host = TestHost.create("relay");
  private final HostPorts ports = new HostPorts(host.namespace(), (_, _, _) -> Optional.empty());
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final long descriptors = descriptors();
  private Relay relay = new Relay(host.namespace(), 2, 2, Duration.ofMillis(800));

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    relay.close();
    assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
    ports.close();
    host.close();
  }

  @Test
  void eachDirectionEndsByItself() throws Exception {
    ServerSocket server = listen();
    serve(Protocol.TCP, "::");
    Socket client = connect("::1");
    Socket there = accept(server);

    client.getOutputStream().write("question".getBytes(UTF_8));
    client.shutdownOutput();
    assertThat(there.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("question");
    there.getOutputStream().write("answer".getBytes(UTF_8));
    there.close();
    assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("answer");
  }

  @Test
  void theContainerMayEndFirst() throws Exception {
    ServerSocket server = listen();
    serve(Protocol.TCP, "::");
    Socket client = connect("::1");
    Socket there = accept(server);

    there.shutdownOutput();
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    client.getOutputStream().write("more".getBytes(UTF_8));
    client.close();
    assertThat(there.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("more");
  }

  @Test
  void aSlowReaderHoldsUpItsSenderAndLosesNothing() throws Exception {
    ServerSocket server = listen();
    serve(Protocol.TCP, "::");
    Socket client = connect("::1");
    Socket there = accept(server);
    byte[] much = new byte[40 << 20];
    new Random(1).nextBytes(much);
    var sent =
        CompletableFuture.runAsync(
            () -> {
              try (client) {
                client.getOutputStream().write(much);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    Socket second = connect("::1");
    second.getOutputStream().write('x');
    Socket secondThere = accept(server);
    assertThat(secondThere.getInputStream().read()).as("others go on").isEqualTo('x');
    assertThat(sent).as("the kernel's buffers do not hold it all").isNotDone();
    assertThat(there.getInputStream().readAllBytes()).isEqualTo(much);
    sent.join();
  }

  @Test
  void aResetPassesThrough() throws Exception {
    ServerSocket server = listen();
    serve(Protocol.TCP, "::");
    Socket client = connect("::1");
    Socket there = accept(server);

    there.setSoLinger(true, 0);
    there.close();
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void whereTheContainerDoesNotListenTheClientIsReset() throws Exception {
    serve(Protocol.TCP, "::");
    Socket client = connect("::1");

    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void furtherConnectionsWaitWhileAsManyAreOpenAsMayBe() throws Exception {
    ServerSocket server = listen();
    serve(Protocol.TCP, "::");
    Socket first = connect("::1");
    accept(server);
    connect("::1");
    accept(server);
    Socket third = connect("::1");
    third.getOutputStream().write('3');

    server.setSoTimeout(SHORT_MILLIS);
    assertThatThrownBy(() -> accept(server)).isInstanceOf(SocketTimeoutException.class);
    first.setSoLinger(true, 0);
    first.close();
    server.setSoTimeout(PATIENCE_MILLIS);
    assertThat(accept(server).getInputStream().read()).isEqualTo('3');
  }

  @Test
  void whatIsStoppedBreaksOffAndIsRefused() throws Exception {
    ServerSocket server = listen();
    HeldPorts held = serve(Protocol.TCP, "::");
    Socket client = connect("::1");
    accept(server);

    assertThat(relay.services()).hasSize(1);
    relay.stop(List.of(held));
    assertThat(relay.services()).isEmpty();
    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> connect("::1")).hasCauseInstanceOf(ConnectException.class);
  }

  @Test
  void theNextRelayServesTheSameSockets() throws Exception {
    ServerSocket server = listen();
    try (var queue = HolderQueue.create();
        BoundPorts bound = bind(Protocol.TCP, "::")) {
      queue.add(bound);
      for (int i = 0; i < 2; i++) {
        relay.serve(
            Map.of(
                service(bound.host()),
                queue.sockets(List.of(bound.host())).getOrDefault(bound.host(), List.of())));
        connect("::1");
        accept(server);
        relay.close();
        assertThatThrownBy(() -> connect("::1")).hasCauseInstanceOf(ConnectException.class);
        relay = new Relay(host.namespace());
      }
    }
  }

  @Test
  void aRangeLeadsPortByPort() throws Exception {
    ServerSocket server = listen();
    List<BoundPorts> bound =
        ports.bind(
            Publication.of(
                Set.of(), Map.of("78-80/tcp", List.of(new PortBinding("::", "9000-9002"))), false));
    HeldPorts range = bound.getFirst().host();
    relay.serve(
        Map.of(
            new Relay.Service("c", range, Addresses.parse("127.0.0.1"), 78),
            bound.getFirst().sockets()));

    Socket client = connect("::1", 9002);
    client.getOutputStream().write('2');
    assertThat(accept(server).getInputStream().read()).isEqualTo('2');
  }

  @Test
  void eachClientGetsItsAnswersFromTheAddressItAsked() throws Exception {
    host.exec("ip", "addr", "add", "2001:db8::5/128", "dev", "lo", "nodad");
    DatagramSocket server = bindUdp();
    serve(Protocol.UDP, "::");
    for (String address : List.of("::1", "2001:db8::5")) {
      // A connected socket takes answers from there alone.
      DatagramSocket one = udp(address);
      DatagramSocket other = udp(address);
      send(one, "one");
      InetSocketAddress oneThere = (InetSocketAddress) receive(server).getSocketAddress();
      send(other, "other");
      InetSocketAddress otherThere = (InetSocketAddress) receive(server).getSocketAddress();
      assertThat(oneThere).isNotEqualTo(otherThere);
      answer(server, otherThere, "to other");
      answer(server, oneThere, "to one");
      assertThat(text(receive(one))).isEqualTo("to one");
      assertThat(text(receive(other))).isEqualTo("to other");
      send(one, "again");
      assertThat(receive(server).getSocketAddress()).as("the same session").isEqualTo(oneThere);
    }
  }

  @Test
  void anIdleSessionEndsAndABusyOneStays() throws Exception {
    DatagramSocket server = bindUdp();
    serve(Protocol.UDP, "::");
    DatagramSocket busy = udp("::1");
    DatagramSocket idle = udp("::1");
    send(idle, "idle");
    receive(server);
    send(busy, "busy");
    InetSocketAddress session = (InetSocketAddress) receive(server).getSocketAddress();
    long open = descriptors();

    await()
        .untilAsserted(
            () -> {
              send(busy, "busy");
              assertThat(receive(server).getSocketAddress()).isEqualTo(session);
              assertThat(descriptors()).isEqualTo(open - 1);
            });
  }

  @Test
  void ofTooManySessionsTheOneThatWasIdleLongestEnds() throws Exception {
    DatagramSocket server = bindUdp();
    serve(Protocol.UDP, "::");
    var sessions = new ArrayList<InetSocketAddress>();
    var clients = new ArrayList<DatagramSocket>();
    for (int i = 0; i < 3; i++) {
      clients.add(udp("::1"));
      send(clients.get(i), "hello");
      sessions.add((InetSocketAddress) receive(server).getSocketAddress());
    }

    answer(server, sessions.get(2), "third");
    answer(server, sessions.get(1), "second");
    answer(server, sessions.get(0), "first");
    assertThat(text(receive(clients.get(2)))).isEqualTo("third");
    assertThat(text(receive(clients.get(1)))).isEqualTo("second");
    clients.get(0).setSoTimeout(SHORT_MILLIS);
    assertThatThrownBy(() -> receive(clients.get(0))).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void whatIsNotServedAnyMoreRefusesDatagrams() throws Exception {
    HeldPorts held = serve(Protocol.UDP, "::");
    relay.stop(List.of(held));
    try (BoundPorts anew = bind(Protocol.UDP, "::")) {
      assertThat(anew.host()).isEqualTo(held);
      DatagramSocket client = udp("::1");
      send(client, "anybody?");
      assertThatThrownBy(() -> receive(client)).isInstanceOf(PortUnreachableException.class);
    }
  }

  private HeldPorts serve(Protocol protocol, String address) {
    BoundPorts bound = bind(protocol, address);
    relay.serve(Map.of(service(bound.host()), bound.sockets()));
    return bound.host();
  }

  private BoundPorts bind(Protocol protocol, String address) {
    return ports.hold(
        new HeldPorts(protocol, Addresses.parse(address), PortRange.of(PORT)),
        PortRange.of(TARGET));
  }

  private static Relay.Service service(HeldPorts held) {
    return new Relay.Service("c", held, Addresses.parse("127.0.0.1"), TARGET);
  }

  private <T extends AutoCloseable> T closing(T opening) {
    opened.add(opening);
    return opening;
  }

  private ServerSocket listen() throws IOException {
    ServerSocket server =
        closing(host.call(() -> new ServerSocket(TARGET, 9, InetAddress.ofLiteral("127.0.0.1"))));
    server.setSoTimeout(PATIENCE_MILLIS);
    return server;
  }

  private Socket accept(ServerSocket server) throws IOException {
    Socket accepted = closing(server.accept());
    accepted.setSoTimeout(PATIENCE_MILLIS);
    return accepted;
  }

  private Socket connect(String address) throws IOException {
    return connect(address, PORT);
  }

  private Socket connect(String address, int port) throws IOException {
    Socket client = closing(host.call(() -> new Socket(InetAddress.ofLiteral(address), port)));
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private DatagramSocket bindUdp() throws IOException {
    DatagramSocket server =
        closing(host.call(() -> new DatagramSocket(TARGET, InetAddress.ofLiteral("127.0.0.1"))));
    server.setSoTimeout(PATIENCE_MILLIS);
    return server;
  }

  private DatagramSocket udp(String address) throws IOException {
    DatagramSocket client = closing(host.call(() -> new DatagramSocket()));
    client.connect(InetAddress.ofLiteral(address), PORT);
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private static void send(DatagramSocket client, String text) throws IOException {
    client.send(new DatagramPacket(text.getBytes(UTF_8), text.length()));
  }

  private static void answer(DatagramSocket server, InetSocketAddress session, String text)
      throws IOException {
    server.send(new DatagramPacket(text.getBytes(UTF_8), text.length(), session));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[64], 64);
    socket.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  private static long descriptors() {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
