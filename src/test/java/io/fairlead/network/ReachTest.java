package io.fairlead.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who reaches what on the default bridge, where neither the modes ({@link ModeTableTest}) nor the
 * published ports ({@link PortTableTest}) have it in their tables, with {@code
 * bridge-nf-call-iptables} 0 and 1. Every denial has its control: the same packet passes when the
 * rule that guards is gone.
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReachTest {
  private static final Duration PATIENCE = Duration.ofMillis(700);
  private static final String HOST = "198.51.100.1";

  private static final byte[] ECHO = "echo".getBytes(UTF_8);

  private TestHost host;
  private TestHost outside;
  private TestEngine engine;
  private Container web;
  private Container neighbour;
  private String table;
  private DatagramSocket echo;

  @BeforeAll
  void start() {
    host = TestHost.create("host");
    outside = TestHost.create("outside");
    host.link(outside, HOST + "/24", "198.51.100.2/24");
    engine = TestEngine.open(host);
    web =
        engine
            .wanted("sh", "-c", "echo web > /page; exec httpd -f -p 80 -h /")
            .publish("", "8080", "80/tcp")
            .publish("127.0.0.1", "8081", "80/tcp")
            .publish("", "5353", "53/udp")
            .name("web")
            .start();
    neighbour = engine.wanted("sleep", "600").name("neighbour").start();
    table = "fairlead_" + engine.engine().info().id();
    serveEcho();
    host.serveHttp("127.0.0.1", 9000, client -> "loopback service");
  }

  @AfterAll
  void close() {
    echo.close();
    engine.close();
    outside.close();
    host.close();
  }

  @ParameterizedTest(name = "from {0}, {1} {2}, bridge-nf {3}: reached")
  @CsvSource({
    "host,      tcp, WEB:80, 0", "host,      tcp, WEB:80, 1",
    "neighbour, tcp, GATEWAY:8080, 0", "neighbour, tcp, GATEWAY:8080, 1",
    "neighbour, tcp, WEB:80, 0", "neighbour, tcp, WEB:80, 1",
    "neighbour, udp, WEB:53, 0", "neighbour, udp, WEB:53, 1",
  })
  void isReached(String from, String protocol, String target, int bridgeNf) {
    bridgeNetfilter(bridgeNf);
    assertThat(ask(from, protocol, target)).contains(protocol.equals("tcp") ? "web\n" : "echo");
  }

  /**
   * A neighbour and another host send to 127.0.0.1 through the bridge and the wire: their own
   * loopback is taken out of the way.
   */
  @ParameterizedTest(name = "{0} to {1}, bridge-nf {2}: dropped")
  @CsvSource({
    "neighbour, 127.0.0.1:9000, 0",
    "neighbour, 127.0.0.1:9000, 1",
    "neighbour, 127.0.0.1:8081, 0",
    "neighbour, 127.0.0.1:8081, 1",
    "outside, 127.0.0.1:9000, 0",
    "outside, 127.0.0.1:8081, 0",
    "outside, 127.0.0.1:8081, 1",
  })
  void theHostsLoopbackIsNotReached(String from, String target, int bridgeNf) {
    bridgeNetfilter(bridgeNf);
    intoTheWire(from);
    // Only so would the host itself let it in: route_localnet is on for our bridges, and off for
    // its wire.
    host.exec("busybox", "sysctl", "-w", "net.ipv4.conf.to-outside.route_localnet=1");
    try {
      long before = dropped("loopback destination");
      assertThat(ask(from, "tcp", target)).isEmpty();
      assertThat(dropped("loopback destination")).isGreaterThan(before);
      without(
          "inet prerouting",
          "loopback",
          () ->
              without(
                  "bridge arriving",
                  "loopback",
                  () -> assertThat(ask(from, "tcp", target)).as("control").isPresent()));
    } finally {
      host.exec("busybox", "sysctl", "-w", "net.ipv4.conf.to-outside.route_localnet=0");
      outOfTheWire(from);
    }
  }

  private void intoTheWire(String from) {
    String link = from.equals("outside") ? "to-host" : "eth0";
    String gateway = from.equals("outside") ? HOST : gateway();
    inside(from, "busybox", "sysctl", "-w", "net.ipv4.conf.all.route_localnet=1");
    inside(from, "ip", "addr", "del", "127.0.0.1/8", "dev", "lo");
    inside(from, "ip", "route", "add", "127.0.0.1/32", "via", gateway, "dev", link);
  }

  private void outOfTheWire(String from) {
    inside(from, "ip", "route", "del", "127.0.0.1/32");
    inside(from, "ip", "addr", "add", "127.0.0.1/8", "dev", "lo");
    inside(from, "busybox", "sysctl", "-w", "net.ipv4.conf.all.route_localnet=0");
  }

  private Optional<String> ask(String from, String protocol, String target) {
    String place = target.replace("WEB", address(web)).replace("GATEWAY", gateway());
    String address = place.substring(0, place.indexOf(':'));
    String port = place.substring(place.indexOf(':') + 1);
    if (protocol.equals("udp")) {
      return udp(namespace(from), address, Integer.parseInt(port));
    }
    Command asked =
        inside(
            from, "timeout", "1", "busybox", "wget", "-q", "-O", "-", "http://" + place + "/page");
    return Optional.of(asked.stdout()).filter(_ -> asked.exitCode() == 0);
  }

  private static Optional<String> udp(NetNamespace from, String address, int port) {
    return from.call(
        "ask by udp",
        () -> {
          try (var socket = new DatagramSocket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(InetAddress.ofLiteral(address), port);
            socket.send(new DatagramPacket(ECHO, ECHO.length));
            var answer = new DatagramPacket(new byte[64], 64);
            socket.receive(answer);
            return Optional.of(new String(answer.getData(), 0, answer.getLength(), UTF_8));
          } catch (IOException e) {
            return Optional.empty();
          }
        });
  }

  /** Sends every datagram back, in the web container's sandbox. */
  private void serveEcho() {
    DatagramSocket server =
        namespace("web")
            .call("serve echo", () -> new DatagramSocket(53, InetAddress.ofLiteral("0.0.0.0")));
    echo = server;
    Thread.ofVirtual()
        .name("echo")
        .start(
            () -> {
              var packet = new DatagramPacket(new byte[64], 64);
              while (!server.isClosed()) {
                try {
                  server.receive(packet);
                  server.send(packet);
                } catch (IOException e) {
                  // Closed at the end of the test, or the asker is gone.
                }
              }
            });
  }

  private NetNamespace namespace(String from) {
    return switch (from) {
      case "host" -> host.namespace();
      case "outside" -> outside.namespace();
      case "web" -> new NetNamespace(Path.of(web.network().sandboxKey()));
      case "neighbour" -> new NetNamespace(Path.of(neighbour.network().sandboxKey()));
      default -> throw new IllegalArgumentException(from);
    };
  }

  private Command inside(String from, String... command) {
    return switch (from) {
      case "host" -> host.tryExec(command);
      case "outside" -> outside.tryExec(command);
      case "web" -> inside(web, command);
      case "neighbour" -> inside(neighbour, command);
      default -> throw new IllegalArgumentException(from);
    };
  }

  private static Command inside(Container container, String... command) {
    var line =
        new ArrayList<>(List.of("nsenter", "--net=" + container.network().sandboxKey(), "--"));
    line.addAll(List.of(command));
    return Command.run(line);
  }

  private void bridgeNetfilter(int value) {
    host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-iptables=" + value);
  }

  private String address(Container container) {
    return endpoint(container).address().orElseThrow();
  }

  private static NetworkSettings.EndpointSettings endpoint(Container container) {
    return Objects.requireNonNull(container.network().endpoints().get("bridge"));
  }

  private String gateway() {
    return endpoint(web).gateway().orElseThrow();
  }

  /** How many packets a rule of ours has counted. */
  private long dropped(String comment) {
    return host.exec("nft", "list", "ruleset")
        .stdout()
        .lines()
        .filter(line -> line.contains('"' + comment + '"'))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*packets (\\d+) .*", "$1")))
        .sum();
  }

  /**
   * Takes away the rules of a chain whose comment begins so, does something, and has the engine
   * mend them.
   */
  private void without(String chain, String comment, Runnable control) {
    String place = chain.replace(" ", " " + table + " ");
    host.exec(("nft -a list chain " + place).split(" ", -1))
        .stdout()
        .lines()
        .filter(line -> line.contains("comment \"" + comment))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .forEach(
            handle -> host.exec(("nft delete rule " + place + " handle " + handle).split(" ", -1)));
    try {
      control.run();
    } finally {
      engine.restart();
      web = engine.containers().find("web");
    }
  }
}
