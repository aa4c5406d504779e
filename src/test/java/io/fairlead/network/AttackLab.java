package io.fairlead.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A host whose bridge has both families, with three containers on it: one attacks, the others are
 * attacked. Another host on its wire attacks too. Listeners remember what reached them.
 */
final class AttackLab implements AutoCloseable {
  private static final Pattern MAC = Pattern.compile(".*link/ether (\\S+) .*", Pattern.DOTALL);

  final TestHost host = TestHost.create("host");
  final TestHost outside = TestHost.create("outside");
  final Party attacker;
  final Party web;
  final Party victim;
  final Party gateway;

  /** The host's end of the wire, and the other's. */
  final Party wire;

  final Party other;
  private final TestEngine engine;
  private final List<DatagramSocket> listeners = new ArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  /** Who has a link with a MAC and addresses. */
  record Party(
      NetNamespace namespace, String link, MacAddress mac, InetAddress v4, InetAddress v6) {
    InetAddress address(boolean isV6) {
      return isV6 ? v6 : v4;
    }

    Command run(String... command) {
      return namespace.call("run " + command[0], () -> Command.run(List.of(command)));
    }
  }

  AttackLab() {
    host.link(outside, "198.51.100.1/24", "198.51.100.2/24");
    host.address("to-outside", "2001:db8::1/64");
    outside.address("to-host", "2001:db8::2/64");
    engine = TestEngine.open(host, TestEngine::withIpv6);
    Container published =
        engine
            .wanted("sleep", "1000")
            .publish("127.0.0.1", "8053", "53/udp")
            .publish("::1", "8053", "53/udp")
            .start();
    web = party(published);
    attacker = party(engine.wanted("sleep", "1000").start());
    victim = party(engine.wanted("sleep", "1000").start());
    var settings = endpoint(published);
    gateway =
        party(
            host.namespace(),
            "docker0",
            settings.gateway().orElseThrow(),
            settings.gateway6().orElseThrow());
    wire = party(host.namespace(), "to-outside", "198.51.100.1", "2001:db8::1");
    other = party(outside.namespace(), "to-host", "198.51.100.2", "2001:db8::2");
  }

  private static Party party(Container container) {
    var settings = endpoint(container);
    return party(
        new NetNamespace(Path.of(container.network().sandboxKey())),
        "eth0",
        settings.address().orElseThrow(),
        settings.address6().orElseThrow());
  }

  private static Party party(NetNamespace namespace, String link, String v4, String v6) {
    String shown =
        namespace.call("mac", () -> Command.run(List.of("ip", "link", "show", link))).stdout();
    String mac = MAC.matcher(shown).replaceFirst("$1").strip();
    return new Party(
        namespace,
        link,
        MacAddress.parse(mac),
        InetAddress.ofLiteral(v4),
        InetAddress.ofLiteral(v6));
  }

  private static NetworkSettings.EndpointSettings endpoint(Container container) {
    return Objects.requireNonNull(container.network().endpoints().get("bridge"));
  }

  void bridgeNetfilter(int value) {
    for (String family : List.of("iptables", "ip6tables", "arptables")) {
      sysctl("net.bridge.bridge-nf-call-" + family, Integer.toString(value));
    }
  }

  void sysctl(String key, String value) {
    host.exec("busybox", "sysctl", "-w", key + "=" + value);
  }

  /** Remembers every datagram that reaches an address and port of a namespace. */
  void listen(NetNamespace in, String address, int port) {
    DatagramSocket socket =
        in.call("listen", () -> new DatagramSocket(port, InetAddress.ofLiteral(address)));
    listeners.add(socket);
    Thread.ofPlatform()
        .daemon()
        .name("listen " + port)
        .start(
            () -> {
              var packet = new DatagramPacket(new byte[128], 128);
              while (!socket.isClosed()) {
                try {
                  socket.receive(packet);
                  heard.add(new String(packet.getData(), 0, packet.getLength(), UTF_8));
                } catch (IOException e) {
                  // Closed at the end of the test.
                }
              }
            });
  }

  boolean isHeard(String text) {
    return heard.contains(text);
  }

  /** Counts TCP segments for a port where they arrive. */
  void countSegments(Party at, int port) {
    at.run(
            "nft",
            "add table inet seen; add chain inet seen arriving { type filter hook input priority 0; }; add rule inet seen arriving tcp dport %1$d counter comment \"%1$d\""
                .formatted(port))
        .succeeded();
  }

  long countedSegments(Party at, int port) {
    return counted(at.run("nft", "list", "table", "inet", "seen"), Integer.toString(port));
  }

  /** How many packets a rule of ours has counted; the comment is its own. */
  long counted(String comment) {
    return counted(host.exec("nft", "list", "ruleset"), comment);
  }

  private static long counted(Command listing, String comment) {
    return listing
        .succeeded()
        .stdout()
        .lines()
        .filter(line -> line.contains("comment \"" + comment + "\""))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*packets (\\d+) .*", "$1")))
        .sum();
  }

  /**
   * Does something while a chain of ours has no rules but those that are kept, and fills it again.
   *
   * @param chain its table's family and its name
   */
  void without(String chain, Predicate<String> kept, Runnable action) {
    String place = chain.replace(" ", " fairlead_" + engine.engine().info().id() + " ");
    String full = host.exec(("nft -s list chain " + place).split(" ", -1)).stdout();
    try {
      replace(place, full.lines().filter(line -> !line.contains(" comment ") || kept.test(line)));
      action.run();
    } finally {
      replace(place, full.lines());
    }
  }

  private void replace(String place, Stream<String> lines) {
    try {
      Path file = Files.createTempFile("fairlead-chain-", ".nft");
      String text = lines.collect(Collectors.joining("\n", "flush chain " + place + "\n", "\n"));
      Files.writeString(file, text);
      host.exec("nft", "-f", file.toString());
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port of the bridge at which it knows a MAC, and how. */
  String forwardingEntry(MacAddress mac) {
    return host.exec("bridge", "fdb", "show", "br", "docker0")
        .stdout()
        .lines()
        .filter(line -> line.startsWith(mac.toString()))
        .findFirst()
        .orElse("");
  }

  /** The bridge's end of a container's pair. */
  String port(Party party) {
    return forwardingEntry(party.mac()).replaceAll(".* dev (\\S+) .*", "$1");
  }

  /** Does something while the bridge remembers whatever MAC comes from a container. */
  void whileLearning(Party party, Runnable action) {
    host.exec("bridge", "link", "set", "dev", port(party), "learning", "on");
    try {
      action.run();
    } finally {
      host.exec("bridge", "link", "set", "dev", port(party), "learning", "off");
    }
  }

  @Override
  public void close() {
    listeners.forEach(DatagramSocket::close);
    engine.close();
    outside.close();
    host.close();
  }
}
