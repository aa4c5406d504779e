package io.fairlead.network;

import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prints what a byte and a round trip cost on each way that traffic of containers takes, against
 * the same links, addresses and translations made by hand and nothing else on the host: the bare
 * kernel. By turns; said are medians, and the median of the rounds' ratios.
 */
@Tag("bench")
class PathBench {
  private static final int ROUNDS = Integer.getInteger("rounds", 9);

  /** Made anew as often: where in memory their tables come to lie decides about a percent. */
  private static final int HOSTS = Integer.getInteger("hosts", 5);

  private static final int TRIPS = 4_000;

  /** Little at a time: what disturbs the machine then meets both sides alike. */
  private static final String STREAMED = "300M";

  private static final String HOST = "198.51.100.1";
  private static final String OUTSIDE = "198.51.100.2";
  private static final int STREAM = 5201;
  private static final int HOSTS_STREAM = 5301;

  /**
   * From where to where.
   *
   * @param bridgeNf whether iptables and nftables see what goes through a bridge: on once the
   *     module br_netfilter is there
   * @param streamPort of the server that takes streams; the one behind it sends bytes back
   */
  private record Way(
      String name, int bridgeNf, String client, String server, String address, int streamPort) {}

  private static final List<Way> WAYS =
      List.of(
          new Way(
              "container to container, bridge-nf 0", 0, "neighbour", "web", "172.17.0.2", STREAM),
          new Way(
              "container to container, bridge-nf 1", 1, "neighbour", "web", "172.17.0.2", STREAM),
          new Way("published, another host to container", 1, "outside", "web", HOST, STREAM),
          new Way("container to another host", 1, "web", "outside", OUTSIDE, STREAM),
          new Way("host mode, from another host", 1, "outside", "host", HOST, HOSTS_STREAM),
          new Way("shared sandbox, over lo", 1, "member", "web", "127.0.0.1", STREAM),
          new Way("none, over lo", 1, "alone", "alone", "127.0.0.1", STREAM));

  /** The namespaces by what is in them. */
  private record Site(TestHost host, Map<String, Path> namespaces) {
    NetNamespace at(String name) {
      return new NetNamespace(Objects.requireNonNull(namespaces.get(name)));
    }
  }

  /** One after the other on the same way: what the engine made, and what was made by hand. */
  private record Pair(Cost ours, Cost bare) {}

  private record Cost(double gigabits, double micros) {}

  private final List<AutoCloseable> open = new ArrayList<>();

  @Test
  void ways() throws Exception {
    System.out.printf("load %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
    var pairs = new LinkedHashMap<Way, List<Pair>>();
    for (int hosts = 0; hosts < HOSTS; hosts++) {
      try {
        Site ours = served(ours());
        Site bare = served(bare());
        for (Way way : WAYS) {
          pairs.computeIfAbsent(way, _ -> new ArrayList<>()).addAll(measured(way, ours, bare));
        }
      } finally {
        for (AutoCloseable resource : open.reversed()) {
          resource.close();
        }
        open.clear();
      }
    }
    System.out.printf(
        "%-38s %10s %10s %7s   %10s %10s %7s   n = %d%n",
        "", "Gbit/s", "bare", "ratio", "trip, us", "bare", "ratio", HOSTS * ROUNDS);
    pairs.forEach(PathBench::print);
  }

  private Site served(Site site) throws IOException {
    serve(site, "web", STREAM);
    serve(site, "outside", STREAM);
    serve(site, "host", HOSTS_STREAM);
    serve(site, "alone", STREAM);
    return site;
  }

  private static List<Pair> measured(Way way, Site ours, Site bare) {
    for (Site site : List.of(ours, bare)) {
      site.host()
          .exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-iptables=" + way.bridgeNf());
    }
    var pairs = new ArrayList<Pair>();
    for (int round = 0; round <= ROUNDS; round++) {
      boolean isOursFirst = round % 2 == 0;
      Cost first = cost(way, isOursFirst ? ours : bare);
      Cost second = cost(way, isOursFirst ? bare : ours);
      pairs.add(isOursFirst ? new Pair(first, second) : new Pair(second, first));
    }
    // The first warms up.
    return pairs.subList(1, pairs.size());
  }

  private static Cost cost(Way way, Site site) {
    return new Cost(stream(way, site), trips(way, site));
  }

  private static void print(Way way, List<Pair> pairs) {
    System.out.printf(
        "%-38s %10.2f %10.2f %7.3f   %10.1f %10.1f %7.3f%n",
        way.name(),
        median(pairs, pair -> pair.ours().gigabits()),
        median(pairs, pair -> pair.bare().gigabits()),
        median(pairs, pair -> pair.ours().gigabits() / pair.bare().gigabits()),
        median(pairs, pair -> pair.ours().micros()),
        median(pairs, pair -> pair.bare().micros()),
        median(pairs, pair -> pair.bare().micros() / pair.ours().micros()));
  }

  private static double median(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
    return median(pairs.stream().mapToDouble(figure).toArray());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Gbit/s by iperf3, the client on one processor and the server on another. */
  private static double stream(Way way, Site site) {
    String answer =
        run(
                site.at(way.client()),
                "iperf3",
                "-c",
                way.address(),
                "-p",
                Integer.toString(way.streamPort()),
                "-n",
                STREAMED,
                "-A",
                "0,1",
                "-J")
            .stdout();
    return JsonMapper.shared()
            .readTree(answer)
            .at("/end/sum_received/bits_per_second")
            .doubleValue()
        / 1e9;
  }

  /**
   * Microseconds that a byte takes there and back, the median of many; both ends on one processor:
   * how long it takes to wake another is the machine's affair, and varies more than what is looked
   * for.
   */
  private static double trips(Way way, Site site) {
    return site.at(way.client())
        .call(
            "trips",
            () -> {
              stayOnOneProcessor();
              try (var socket =
                  new Socket(InetAddress.ofLiteral(way.address()), way.streamPort() + 1)) {
                socket.setTcpNoDelay(true);
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                double[] micros = new double[TRIPS];
                for (int i = 0; i < TRIPS; i++) {
                  long began = System.nanoTime();
                  out.write(1);
                  if (in.read() < 0) {
                    throw new IOException("the server left");
                  }
                  micros[i] = (System.nanoTime() - began) / 1e3;
                }
                return median(micros);
              }
            });
  }

  private static void stayOnOneProcessor() {
    try {
      Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
      Command.run(List.of("taskset", "--pid", "--cpu-list", "1", thread.toString())).succeeded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Site site, String where, int streamPort) throws IOException {
    NetNamespace namespace = site.at(where);
    Process iperf =
        new ProcessBuilder(
                "nsenter",
                "--net=" + namespace.path(),
                "iperf3",
                "-s",
                "-p",
                Integer.toString(streamPort))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    open.add(iperf::destroy);
    ServerSocket server =
        namespace.call(
            "serve",
            () -> {
              var socket = new ServerSocket();
              socket.bind(new InetSocketAddress("0.0.0.0", streamPort + 1));
              return socket;
            });
    open.add(server);
    Thread.ofPlatform().daemon().name("trips to " + where).start(() -> sendBack(server));
  }

  private static void sendBack(ServerSocket server) {
    stayOnOneProcessor();
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.setTcpNoDelay(true);
        InputStream in = client.getInputStream();
        for (int read = in.read(); read >= 0; read = in.read()) {
          client.getOutputStream().write(read);
        }
      } catch (IOException e) {
        // Closed at the end.
      }
    }
  }

  private static Command run(NetNamespace in, String... command) {
    var line = new ArrayList<>(List.of("nsenter", "--net=" + in.path(), "--"));
    line.addAll(List.of(command));
    return Command.run(line).succeeded();
  }

  private TestHost host(String name) {
    var host = TestHost.create(name);
    open.add(host);
    return host;
  }

  private Site ours() {
    TestHost outside = host("outside");
    TestHost host = host("host");
    host.link(outside, HOST + "/24", OUTSIDE + "/24");
    TestEngine engine = TestEngine.open(host);
    open.add(engine);
    String ports = STREAM + "-" + (STREAM + 1);
    Container web =
        engine.wanted("sleep", "1000").name("web").publish("", ports, ports + "/tcp").start();
    return new Site(
        host,
        Map.of(
            "outside", outside.namespace().path(),
            "web", ofProcess(web),
            "member", ofProcess(engine.wanted("sleep", "1000").network("container:web").start()),
            "neighbour", ofProcess(engine.wanted("sleep", "1000").start()),
            "host", ofProcess(engine.wanted("sleep", "1000").network("host").start()),
            "alone", ofProcess(engine.wanted("sleep", "1000").network("none").start())));
  }

  private static Path ofProcess(Container container) {
    return Path.of("/proc/" + container.pid() + "/ns/net");
  }

  /** The same by hand, with nothing but what the packets need. */
  private Site bare() {
    TestHost outside = host("outside");
    TestHost host = host("host");
    TestHost web = host("web");
    TestHost neighbour = host("neighbour");
    TestHost alone = host("alone");
    host.link(outside, HOST + "/24", OUTSIDE + "/24");
    host.exec("ip", "link", "add", "docker0", "type", "bridge", "forward_delay", "0");
    host.address("docker0", "172.17.0.1/16");
    host.exec("ip", "link", "set", "docker0", "up");
    host.link(web, "0.0.0.0/32", "172.17.0.2/16");
    host.link(neighbour, "0.0.0.0/32", "172.17.0.3/16");
    for (String link : List.of("to-web", "to-neighbour")) {
      host.exec("ip", "link", "set", link, "master", "docker0");
    }
    web.route("default", "172.17.0.1");
    neighbour.route("default", "172.17.0.1");
    host.exec("busybox", "sysctl", "-w", "net.ipv4.ip_forward=1");
    host.exec(
        "nft",
        """
        table ip bare {
          chain prerouting {
            type nat hook prerouting priority dstnat
            ip daddr %s tcp dport %d-%d dnat to 172.17.0.2
          }
          chain postrouting {
            type nat hook postrouting priority srcnat
            ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
          }
        }
        """
            .formatted(HOST, STREAM, STREAM + 1));
    return new Site(
        host,
        Map.of(
            "outside", outside.namespace().path(),
            "web", web.namespace().path(),
            "member", web.namespace().path(),
            "neighbour", neighbour.namespace().path(),
            "host", host.namespace().path(),
            "alone", alone.namespace().path()));
  }
}
