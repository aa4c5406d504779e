package io.fairlead.network.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Pidfd;
import io.fairlead.linux.PrivateNamespace;
import io.fairlead.linux.netlink.LinkChange;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.network.address.Addresses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class HostPortsKernelTest {
  private static final PortRange EPHEMERAL = new PortRange(32768, 60999);

  private PrivateNamespace namespace;
  private HostPorts ports;

  @BeforeEach
  void open() {
    namespace = PrivateNamespace.make();
    var _ =
        namespace.call(
            () -> {
              try (var socket = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)) {
                return socket.request(LinkChange.of("lo").up().request());
              }
            });
    ports = new HostPorts(namespace.namespace(), (protocol, address, port) -> Optional.empty());
  }

  @AfterEach
  void close() {
    ports.close();
    namespace.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aForeignProgramDoesNotGetAHeldPort(boolean reusesAddresses) {
    withHeld(
        "80/tcp",
        "",
        "8080",
        () -> {
          for (String address : List.of("0.0.0.0", "127.0.0.1", "::1")) {
            assertThatThrownBy(() -> listen(address, 8080, reusesAddresses))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("Address already in use");
          }
        });
    assertThatCode(() -> listen("0.0.0.0", 8080, reusesAddresses)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void clientsOfAHeldPortAreRefusedAtOnce(String address) {
    withHeld(
        "80/tcp",
        "",
        "8080",
        () ->
            assertThatThrownBy(() -> connect(address, 8080))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("Connection refused"));
    withHeld(
        "80/udp",
        "",
        "8080",
        () ->
            assertThatThrownBy(() -> exchange(address, 8080))
                .isInstanceOf(PortUnreachableException.class));
  }

  @Test
  void allAddressesAreBothFamiliesWithOneNumber() {
    for (String key : List.of("80/tcp", "80/udp")) {
      List<BoundPorts> bound = bind(key, "", "");
      assertThat(bound)
          .extracting(b -> Addresses.text(b.host().address()))
          .containsExactly("0.0.0.0", "::");
      assertThat(bound.get(0).host().range()).isEqualTo(bound.get(1).host().range());
      assertThat(EPHEMERAL.contains(bound.get(0).host().range())).isTrue();
      bound.forEach(BoundPorts::close);
    }
  }

  @Test
  void ephemeralPortsAreAllDifferentAndFreeInBothFamilies() {
    var all = new ArrayList<BoundPorts>();
    for (int i = 0; i < 100; i++) {
      all.addAll(bind("80/tcp", "", ""));
    }
    assertThat(all.stream().map(BoundPorts::host).distinct()).hasSize(200);
    all.forEach(BoundPorts::close);
  }

  @Test
  void aRangeIsBoundAsAWhole() {
    List<BoundPorts> bound = bind("8000-8010/udp", "127.0.0.1", "9000-9010");
    assertThat(bound).hasSize(1);
    assertThat(bound.getFirst().sockets()).hasSize(11);
    assertThat(bound.getFirst().container()).isEqualTo(new PortRange(8000, 8010));
    assertThatThrownBy(() -> bind("80/udp", "127.0.0.1", "9005")).isInstanceOf(EngineFault.class);
    bound.forEach(BoundPorts::close);
  }

  @Test
  void oneOfARangeIsTheLowestFreeInBothFamilies() throws Exception {
    try (ServerSocket foreign = namespace.call(() -> server("::", 9000, false))) {
      List<BoundPorts> first = bind("80/tcp", "", "9000-9001");
      assertThat(first.get(0).host().range()).isEqualTo(PortRange.of(9001));
      assertThat(foreign.getLocalPort()).isEqualTo(9000);
      assertThatThrownBy(() -> bind("80/tcp", "", "9000-9001"))
          .isInstanceOf(EngineFault.class)
          .hasMessage(
              "Bind for 0.0.0.0:9000-9001 failed: all ports are allocated: none of the 2 is free; choose others with -p");
      first.forEach(BoundPorts::close);
    }
  }

  @Test
  void aTakenPortNamesItsHolderAndReleasesTheRest() throws Exception {
    try (HostPorts named =
            new HostPorts(
                namespace.namespace(),
                (protocol, address, port) -> Optional.of("nginx (pid 812)"));
        ServerSocket foreign = namespace.call(() -> server("127.0.0.1", 8085, true))) {
      assertThat(foreign.isBound()).isTrue();
      List<Publication> wanted =
          Publication.of(
              Set.of(),
              Map.of(
                  "70/tcp", List.of(new PortBinding("", "")),
                  "80-90/tcp", List.of(new PortBinding("", "8080-8090"))),
              false);
      long before = descriptors();
      assertThatThrownBy(() -> named.bind(wanted))
          .isInstanceOf(EngineFault.class)
          .hasMessage(
              "Bind for 0.0.0.0:8085 failed: port is already allocated: port 8085/tcp on 0.0.0.0 is held by nginx (pid 812); choose another with -p");
      assertThat(descriptors()).isEqualTo(before);
    }
    bind("80-90/tcp", "", "8080-8090").forEach(BoundPorts::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0 127.0.0.1", "127.0.0.1 0.0.0.0", ":: ::1", "::1 ::"})
  void aWildcardAndAnAddressOfItsFamilyExcludeEachOther(String pair) {
    List<String> addresses = List.of(pair.split(" ", -1));
    withHeld(
        "80/tcp",
        addresses.get(0),
        "8080",
        () ->
            assertThatThrownBy(() -> bind("81/tcp", addresses.get(1), "8080"))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("port is already allocated"));
  }

  @Test
  void theFamiliesDoNotExcludeEachOther() {
    withHeld(
        "80/tcp", "0.0.0.0", "8080", () -> bind("81/tcp", "::", "8080").forEach(BoundPorts::close));
  }

  @Test
  void anAddressThatTheHostDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> bind("80/tcp", "10.9.9.9", "80"))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("cannot assign requested address")
        .hasMessageContaining("10.9.9.9");
  }

  @Test
  void moreThanTheDescriptorsAllowIsRefusedBeforeAnythingIsMade() {
    assertThatThrownBy(() -> bind("1-65535/tcp", "", "1-65535"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("these published ports take 131070 descriptors");
    bind("80/tcp", "", "80").forEach(BoundPorts::close);
  }

  @Test
  void theQueueHoldsWhatWasAddedAndLetsGoOfOne() {
    try (var queue = HolderQueue.create()) {
      List<BoundPorts> web = bind("80/tcp", "", "8080");
      List<BoundPorts> range = bind("5000-5599/udp", "127.0.0.1", "6000-6599");
      web.forEach(queue::add);
      range.forEach(queue::add);
      web.forEach(BoundPorts::close);
      range.forEach(BoundPorts::close);

      long before = descriptors();
      assertThat(queue.listing())
          .extracting(HeldPorts::toString)
          .containsExactly(
              "port 8080/tcp on 0.0.0.0",
              "port 8080/tcp on ::",
              "port 6000-6252/udp on 127.0.0.1",
              "port 6253-6505/udp on 127.0.0.1",
              "port 6506-6599/udp on 127.0.0.1");
      assertThat(descriptors()).as("peeking keeps no copies").isEqualTo(before);
      assertThat(queue.held(List.of(range.getFirst().host()))).hasSize(1);
      assertThatThrownBy(() -> bind("80/tcp", "", "8080")).isInstanceOf(EngineFault.class);

      assertThat(queue.withdraw(List.of(range.getFirst().host()))).isEqualTo(2);
      assertThat(queue.withdraw(List.of(range.getFirst().host()))).isEqualTo(2);
      assertThat(queue.held(List.of(range.getFirst().host()))).isEmpty();
      assertThat(queue.listing()).containsExactly(web.get(0).host(), web.get(1).host());
      assertThat(descriptors()).isEqualTo(before);
      bind("80/udp", "127.0.0.1", "6300").forEach(BoundPorts::close);
    }
    bind("80/tcp", "", "8080").forEach(BoundPorts::close);
  }

  @Test
  void whatWasLostIsHeldAnew() {
    var lost = new HeldPorts(Protocol.UDP, Addresses.parse("::1"), new PortRange(700, 702));
    try (var queue = HolderQueue.create();
        BoundPorts anew = ports.hold(lost, new PortRange(70, 72))) {
      queue.add(anew);
      assertThat(queue.listing()).containsExactly(lost);
    }
  }

  @Test
  void theQueueHasRoomForAThousandSinglePorts() {
    try (var queue = HolderQueue.create()) {
      for (int port = 10_001; port < 13_000; port += 2) {
        List<BoundPorts> bound = bind("80/tcp", "", Integer.toString(port));
        bound.forEach(queue::add);
        bound.forEach(BoundPorts::close);
      }
      assertThat(queue.listing()).hasSize(3000);
    }
  }

  /** perl-base is on every Debian; conmon's part is only to have the descriptors. */
  @Test
  void heldPortsOutliveUsInTheProcessThatHasTheQueue() throws Exception {
    Process keeper;
    HeldPorts held;
    try (var queue = HolderQueue.create()) {
      keeper = keep(queue);
      List<BoundPorts> bound = bind("80/tcp", "127.0.0.1", "8080");
      held = bound.getFirst().host();
      bound.forEach(queue::add);
      bound.forEach(BoundPorts::close);
    }
    assertThatThrownBy(() -> bind("80/tcp", "", "8080")).isInstanceOf(EngineFault.class);

    try (var pidfd = pidfd(keeper.pid());
        var queue = HolderQueue.ofConmon(pidfd.fd())) {
      assertThat(queue.listing()).containsExactly(held);
    }
    keeper.getOutputStream().close();
    assertThat(keeper.waitFor()).isZero();
    bind("80/tcp", "", "8080").forEach(BoundPorts::close);
    assertThatThrownBy(
            () -> {
              try (var self = pidfd(ProcessHandle.current().pid())) {
                HolderQueue.ofConmon(self.fd()).listing();
              }
            })
        .as("whose 3 and 4 are no queue")
        .isInstanceOf(KernelException.class);
  }

  private static Process keep(HolderQueue queue) throws IOException {
    String script =
        """
        use POSIX;
        my $pidfd = syscall(434, %d, 0);
        my @ends = map { syscall(438, $pidfd, $_, 0) } (%d, %d);
        POSIX::dup2($ends[0], 20); POSIX::dup2($ends[1], 21);
        POSIX::dup2(20, 3); POSIX::dup2(21, 4);
        POSIX::close($_) for (5 .. 30);
        $| = 1; print "ready\\n"; <STDIN>;
        """
            .formatted(
                ProcessHandle.current().pid(),
                queue.descriptors().get(0),
                queue.descriptors().get(1));
    Process keeper = new ProcessBuilder("perl", "-e", script).redirectErrorStream(true).start();
    var output =
        new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isEqualTo("ready");
    return keeper;
  }

  private void withHeld(String key, String ip, String port, Runnable claim) {
    List<BoundPorts> bound = bind(key, ip, port);
    try {
      claim.run();
    } finally {
      bound.forEach(BoundPorts::close);
    }
  }

  private List<BoundPorts> bind(String key, String ip, String port) {
    return ports.bind(
        Publication.of(Set.of(), Map.of(key, List.of(new PortBinding(ip, port))), false));
  }

  private static long descriptors() {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void listen(String address, int port, boolean reusesAddresses) throws IOException {
    unwrap(() -> namespace.call(() -> server(address, port, reusesAddresses)).close());
  }

  private static ServerSocket server(String address, int port, boolean reusesAddresses)
      throws IOException {
    var server = new ServerSocket();
    server.setReuseAddress(reusesAddresses);
    try {
      server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private void connect(String address, int port) throws IOException {
    unwrap(
        () ->
            namespace
                .call(
                    () -> {
                      var socket = new Socket();
                      socket.connect(
                          new InetSocketAddress(InetAddress.ofLiteral(address), port), 2000);
                      return socket;
                    })
                .close());
  }

  private void exchange(String address, int port) throws IOException {
    try (DatagramSocket socket = namespace.call(() -> new DatagramSocket())) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
      socket.setSoTimeout(2000);
      socket.send(new DatagramPacket(new byte[1], 1));
      socket.receive(new DatagramPacket(new byte[1], 1));
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /** What a namespace's thread throws comes wrapped. */
  private static void unwrap(Action action) throws IOException {
    try {
      action.run();
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static Pidfd pidfd(long pid) {
    return Pidfd.open((int) pid).orElseThrow();
  }
}
