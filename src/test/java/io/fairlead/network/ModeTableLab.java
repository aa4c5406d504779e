package io.fairlead.network;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.NetNamespace;
import io.fairlead.testing.Inside;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A host with an engine, another host on its wire, and a container in each mode of the table. What
 * a container has is asked of its process's namespaces, not of the engine.
 */
final class ModeTableLab implements AutoCloseable {
  static final List<String> NAMESPACES = List.of("mnt", "pid", "uts", "ipc");

  private static final String HOST = "198.51.100.1";
  private static final String HOST6 = "2001:db8::1";
  private static final String OUTSIDE = "198.51.100.2";
  private static final String OUTSIDE6 = "2001:db8::2";

  private static final int OUTSIDE_PORT = 7000;
  private static final int WEB_LOOPBACK_PORT = 7001;
  private static final int HOST_LOOPBACK_PORT = 7002;
  private static final int WEB_PORT = 7003;
  private static final int HOST_PORT = 7004;
  private static final int FREE_PORT = 7005;

  /** Where the server of the first column listens; the others follow. */
  private static final int FIRST_PORT = 8000;

  private final TestHost host = TestHost.create("host");
  private final TestHost outside = TestHost.create("outside");
  private final TestEngine engine;
  private final Inside web;
  private final Inside neighbour;
  private final Map<String, Inside> byMode = new LinkedHashMap<>();
  private final List<Mirror> mirrors = new ArrayList<>();

  ModeTableLab() {
    host.link(outside, HOST + "/24", OUTSIDE + "/24");
    host.address("to-outside", HOST6 + "/64");
    outside.address("to-host", OUTSIDE6 + "/64");
    outside.route("172.16.0.0/12", HOST);
    outside.route("fd00:17::/64", HOST6);
    // Each refusal of a datagram is an ICMP message, of which the kernel sends few in a row.
    host.exec("busybox", "sysctl", "-w", "net.ipv4.icmp_ratelimit=0");
    host.exec("busybox", "sysctl", "-w", "net.ipv6.icmp.ratelimit=0");
    engine = TestEngine.open(host, TestEngine::withIpv6);
    neighbour = new Inside(wanted("neighbour", "bridge").start());
    var wantedWeb = wanted("web", "bridge");
    List.of("container:web", "container:member").forEach(mode -> publish(wantedWeb, port(mode)));
    web = new Inside(wantedWeb.start());
    for (String mode : modes()) {
      Wanted wanted = wanted(name(mode), mode);
      if (!mode.startsWith("container:")) {
        publish(wanted, port(mode));
      }
      byMode.put(mode, new Inside(wanted.start()));
    }
    serve();
  }

  private static List<String> modes() {
    return ModeTable.cells().stream().map(ModeTable.Cell::mode).distinct().toList();
  }

  /** As the columns name each other. */
  private static String name(String mode) {
    return switch (mode) {
      case "host" -> "onhost";
      case "container:web" -> "member";
      default -> mode.replace(':', '-');
    };
  }

  private static int port(String mode) {
    return FIRST_PORT + modes().indexOf(mode);
  }

  /** A file tells its name, and its process its mode. */
  private Wanted wanted(String name, String mode) {
    return engine
        .wanted("sh", "-c", "echo %s > /made; exec sleep %d".formatted(name, 3600 + port(mode)))
        .name(name)
        .network(mode);
  }

  private static void publish(Wanted wanted, int port) {
    for (String protocol : List.of("tcp", "udp")) {
      wanted.publish("", String.valueOf(1000 + port), port + "/" + protocol);
    }
  }

  private void serve() {
    InetAddress any = InetAddress.ofLiteral("::");
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    byMode.forEach((mode, it) -> mirrors.add(Mirror.open(it.network(), any, port(mode))));
    mirrors.add(Mirror.open(outside.namespace(), any, OUTSIDE_PORT));
    mirrors.add(Mirror.open(web.network(), loopback, WEB_LOOPBACK_PORT));
    mirrors.add(Mirror.open(host.namespace(), loopback, HOST_LOOPBACK_PORT));
    mirrors.add(Mirror.open(web.network(), any, WEB_PORT));
    mirrors.add(Mirror.open(host.namespace(), any, HOST_PORT));
  }

  private Inside in(String mode) {
    return Objects.requireNonNull(byMode.get(mode));
  }

  void bridgeNetfilter(int value) {
    host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-iptables=" + value);
    host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-ip6tables=" + value);
  }

  /** How another host sees a container: {@code host}, {@code host, by NAT}, {@code unreachable}. */
  String seenOutside(String mode, String protocol, boolean isV6, Duration patience) {
    var answer = askOutside(mode, protocol, isV6, patience);
    if (answer instanceof Mirror.Seen seen && seen.hasOnlyAnotherPort()) {
      // The kernel has given the port to a container's connection before: now it is another.
      answer = askOutside(mode, protocol, isV6, patience);
    }
    return switch (answer) {
      case Mirror.Failed(String how) -> how;
      case Mirror.Seen seen when !seen.address().equals(isV6 ? HOST6 : HOST) -> seen.toString();
      case Mirror.Seen seen -> seen.isTranslated() ? "host, by NAT" : "host";
    };
  }

  private Mirror.Answer askOutside(String mode, String protocol, boolean isV6, Duration patience) {
    return Mirror.ask(
        in(mode).network(), protocol, place(isV6 ? OUTSIDE6 : OUTSIDE, OUTSIDE_PORT), patience);
  }

  String fromOutside(String mode, String protocol, boolean isV6, Duration patience) {
    Optional<String> address =
        isOnHost(in(mode)) ? Optional.of(isV6 ? HOST6 : HOST) : in(mode).address(isV6);
    return address
        .map(to -> reaches(outside.namespace(), protocol, place(to, port(mode)), patience))
        .orElse("no address");
  }

  /** The host has another address for containers than for other hosts: the bridge's. */
  String fromNeighbour(String mode, String protocol, boolean isV6, Duration patience) {
    Optional<String> address =
        isOnHost(in(mode)) ? neighbour.gateway(isV6) : in(mode).address(isV6);
    return address
        .map(each -> reaches(neighbour.network(), protocol, place(each, port(mode)), patience))
        .orElse("no address");
  }

  String byPublishedPort(String mode, String protocol, Duration patience) {
    return reaches(outside.namespace(), protocol, place(HOST, 1000 + port(mode)), patience);
  }

  String byOwnLoopback(String mode, String protocol, Duration patience) {
    return reaches(in(mode).network(), protocol, place("127.0.0.1", port(mode)), patience);
  }

  String toLoopbackOfWeb(String mode, String protocol, Duration patience) {
    return toLoopback(in(mode).network(), WEB_LOOPBACK_PORT, protocol, patience);
  }

  String toLoopbackOfHost(String mode, String protocol, Duration patience) {
    return toLoopback(in(mode).network(), HOST_LOOPBACK_PORT, protocol, patience);
  }

  /** What web, and the host, get from what listens on their own loopback. */
  List<String> toTheirOwnLoopback(String protocol, Duration patience) {
    return List.of(
        toLoopback(web.network(), WEB_LOOPBACK_PORT, protocol, patience),
        toLoopback(host.namespace(), HOST_LOOPBACK_PORT, protocol, patience));
  }

  private static String toLoopback(
      NetNamespace from, int port, String protocol, Duration patience) {
    return reaches(from, protocol, place("127.0.0.1", port), patience);
  }

  private static InetSocketAddress place(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  /** {@code reached}: the server sees the very address and port that the client has. */
  private static String reaches(
      NetNamespace from, String protocol, InetSocketAddress to, Duration patience) {
    return switch (Mirror.ask(from, protocol, to, patience)) {
      case Mirror.Failed(String how) -> how;
      case Mirror.Seen seen -> seen.isTranslated() ? seen.toString() : "reached";
    };
  }

  /** How many packets were dropped that came to a container by its address. */
  long dropped() {
    return rules("direct access").stream()
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*packets (\\d+) .*", "$1")))
        .sum();
  }

  /** Does something while the rule is not there that drops those. */
  void withoutDropping(Runnable action) {
    rules("direct access").stream()
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .forEach(
            handle ->
                host.exec("nft", "delete", "rule", "inet", table(), "entering", "handle", handle));
    try {
      action.run();
    } finally {
      engine.restart();
    }
  }

  private List<String> rules(String comment) {
    return host.exec("nft", "-a", "list", "chain", "inet", table(), "entering")
        .stdout()
        .lines()
        .filter(line -> line.contains("comment \"" + comment))
        .toList();
  }

  private String table() {
    return "fairlead_" + engine.engine().info().id();
  }

  String bindsPortOfWeb(String mode) {
    return binds(mode, WEB_PORT);
  }

  String bindsPortOfHost(String mode) {
    return binds(mode, HOST_PORT);
  }

  String bindsFreePort(String mode) {
    return binds(mode, FREE_PORT);
  }

  /** {@code in use} is what the container's own process is told. */
  private String binds(String mode, int port) {
    var ran =
        engine
            .wanted("sh", "-c", "httpd -p %d && echo bound".formatted(port))
            .network(mode)
            .autoRemove()
            .run();
    return ran.stderr().contains("Address already in use") ? "in use" : ran.stdout().strip();
  }

  String publishesFreePort(String mode) {
    return publishes(mode, FREE_PORT);
  }

  String publishesPortOfHost(String mode) {
    return publishes(mode, HOST_PORT);
  }

  private String publishes(String mode, int port) {
    Wanted wanted = engine.wanted("sleep", "1000").network(mode);
    var spec = wanted.publish("", String.valueOf(port), "80/tcp").spec();
    String id = "";
    try {
      var created = engine.containers().create(Optional.empty(), spec);
      id = created.id();
      engine.containers().start(id);
      boolean isPublished = !engine.containers().find(id).network().ports().isEmpty();
      boolean isWarned =
          created
              .warnings()
              .equals(
                  List.of(
                      "Published ports are discarded when using %s network mode".formatted(mode)));
      return (isPublished ? "published" : "ignored") + (isWarned ? ", warned" : "");
    } catch (InvalidRequest refused) {
      return "refused";
    } catch (EngineFault fault) {
      String words = "Bind for 0.0.0.0:%d failed: port is already allocated".formatted(port);
      return String.valueOf(fault.getMessage()).contains(words)
          ? "start refused"
          : fault.toString();
    } finally {
      if (!id.isEmpty()) {
        engine.containers().remove(id, true);
      }
    }
  }

  String namespaces(String mode) {
    Inside it = in(mode);
    boolean isOwn =
        NAMESPACES.stream()
            .allMatch(
                kind ->
                    !it.namespace(kind).equals(Inside.ofThisProcess(kind))
                        && others(it).stream()
                            .noneMatch(each -> each.namespace(kind).equals(it.namespace(kind))));
    return isOwn ? "own" : "shared";
  }

  /** Its own file says its name, and its processes are its own and the one that asks. */
  String filesAndProcesses(String mode) {
    Inside it = in(mode);
    List<String> seen =
        it.run("cat /made; exec ps -o args")
            .lines()
            .filter(line -> !line.contains("ps -o args"))
            .toList();
    var own = List.of(it.container().name(), "COMMAND", "sleep %d".formatted(3600 + port(mode)));
    return seen.equals(own) ? "own" : seen.toString();
  }

  String hostname(String mode) {
    Inside it = in(mode);
    String name = it.hostname();
    if (name.equals(host.exec("hostname").stdout())) {
      return "host's";
    }
    if (name.equals(web.hostname())) {
      return "web's";
    }
    return name.strip().equals(it.container().id().substring(0, 12)) ? "own" : name;
  }

  String file(String mode, String path) {
    Inside it = in(mode);
    for (Inside other : List.of(web, in("host"))) {
      if (!other.equals(it) && other.inode(path).equals(it.inode(path))) {
        return other.container().name() + "'s file";
      }
    }
    if (isOnHost(it) && it.text(path).equals(ofHost(path))) {
      return "host's, copied";
    }
    boolean isOwn = others(it).stream().noneMatch(each -> each.inode(path).equals(it.inode(path)));
    return isOwn ? "own" : "shared";
  }

  private String ofHost(String path) {
    return path.equals("/etc/hostname")
        ? host.exec("hostname").stdout()
        : Inside.read(Path.of(path));
  }

  private List<Inside> others(Inside it) {
    return Stream.concat(Stream.of(web, neighbour), byMode.values().stream())
        .filter(each -> !each.equals(it))
        .toList();
  }

  private boolean isOnHost(Inside it) {
    return it.namespace("net").equals(host.call(Inside::networkOfThisThread));
  }

  @Override
  public void close() {
    for (Mirror mirror : mirrors) {
      try {
        mirror.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    engine.close();
    outside.close();
    host.close();
  }
}
