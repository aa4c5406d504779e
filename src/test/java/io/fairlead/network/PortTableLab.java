package io.fairlead.network;

import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import io.fairlead.network.port.ContainerPorts;
import io.fairlead.network.port.PublishFlag;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A host with an engine, another host on its wire, and a container for each line of the port table,
 * whose servers answer with the address that they see.
 */
final class PortTableLab implements AutoCloseable {
  private static final String HOST = "198.51.100.1";
  private static final String HOST6 = "2001:db8::1";
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final boolean hasIpv6;
  private final TestHost host = TestHost.create("host");
  private final TestHost outside = TestHost.create("outside");
  private final TestEngine engine;
  private final Map<String, Container> published = new HashMap<>();
  private final List<Closeable> servers = new ArrayList<>();
  private final Container neighbour;

  /** Who asks, and at which address. */
  private record Asker(NetNamespace from, String address) {}

  PortTableLab(boolean hasIpv6) {
    this.hasIpv6 = hasIpv6;
    host.link(outside, HOST + "/24", "198.51.100.2/24");
    host.address("to-outside", HOST6 + "/64");
    outside.address("to-host", "2001:db8::2/64");
    // Each refusal of a datagram is an ICMP message, of which the kernel sends few in a row.
    host.exec("busybox", "sysctl", "-w", "net.ipv4.icmp_ratelimit=0");
    host.exec("busybox", "sysctl", "-w", "net.ipv6.icmp.ratelimit=0");
    engine = hasIpv6 ? TestEngine.open(host, TestEngine::withIpv6) : TestEngine.open(host);
    neighbour = engine.wanted("sleep", "1000").start();
    PortTable.cells().stream().map(PortTable.Cell::published).distinct().forEach(this::publish);
  }

  private void publish(String form) {
    Wanted wanted = engine.wanted("sleep", "1000");
    for (String protocol : List.of("tcp", "udp")) {
      if (form.equals("-P")) {
        wanted.expose("80/" + protocol).publishAll();
      } else {
        for (PublishFlag flag : PublishFlag.parse(form + "/" + protocol)) {
          wanted.publish(flag.binding().hostIp(), flag.binding().hostPort(), flag.containerPort());
        }
      }
    }
    Container container = wanted.start();
    published.put(form, container);
    int port = ContainerPorts.parse(asked(form, "tcp")).range().first();
    servers.add(Mirror.open(sandbox(container), InetAddress.ofLiteral("::"), port));
  }

  /** The container's port that is asked: of a range one in the middle. */
  private static String asked(String form, String protocol) {
    if (form.equals("-P")) {
      return "80/" + protocol;
    }
    List<PublishFlag> flags = PublishFlag.parse(form + "/" + protocol);
    return flags.get(flags.size() / 2).containerPort();
  }

  void bridgeNetfilter(int value) {
    host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-iptables=" + value);
    host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-ip6tables=" + value);
  }

  /**
   * @return the address that the server sees, {@code refused}, or what else happens
   */
  String ask(String column, String protocol, String form) {
    Container container = Objects.requireNonNull(published.get(form));
    Asker asker = asker(column, container);
    int port =
        Objects.requireNonNull(container.network().ports().get(asked(form, protocol)))
            .getFirst()
            .hostPort();
    var target = new InetSocketAddress(InetAddress.ofLiteral(asker.address()), port);
    return switch (Mirror.ask(asker.from(), protocol, target, PATIENCE)) {
      case Mirror.Seen seen -> seen.address();
      case Mirror.Failed(String how) -> how;
    };
  }

  private Asker asker(String column, Container container) {
    return switch (column) {
      case "another-host" -> new Asker(outside.namespace(), HOST);
      case "remote-v6" -> new Asker(outside.namespace(), HOST6);
      case "host" -> new Asker(host.namespace(), HOST);
      case "host-v6" -> new Asker(host.namespace(), HOST6);
      case "127.0.0.1", "::1" -> new Asker(host.namespace(), column);
      case "neighbour" -> new Asker(sandbox(neighbour), HOST);
      case "neighbour-v6" -> new Asker(sandbox(neighbour), HOST6);
      case "itself" -> new Asker(sandbox(container), HOST);
      case "itself-v6" -> new Asker(sandbox(container), HOST6);
      default -> throw new IllegalArgumentException(column);
    };
  }

  /** What {@link #ask} answers where the table has this word. */
  String expected(String column, String word) {
    boolean isV6 = hasIpv6 && (column.contains("v6") || column.equals("::1"));
    return switch (word) {
      case "refused" -> word;
      case "gateway" -> (isV6 ? endpoint().gateway6() : endpoint().gateway()).orElseThrow();
      case "client" ->
          switch (column) {
            case "another-host" -> "198.51.100.2";
            case "remote-v6" -> "2001:db8::2";
            case "host" -> HOST;
            case "host-v6" -> HOST6;
            default -> throw new IllegalArgumentException(column + " is not on the wire");
          };
      default -> throw new IllegalArgumentException(word);
    };
  }

  private NetworkSettings.EndpointSettings endpoint() {
    return Objects.requireNonNull(neighbour.network().endpoints().get("bridge"));
  }

  private static NetNamespace sandbox(Container container) {
    return new NetNamespace(Path.of(container.network().sandboxKey()));
  }

  @Override
  public void close() {
    for (Closeable server : servers) {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    engine.close();
    outside.close();
    host.close();
  }
}
