package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.NetNamespace;
import io.fairlead.store.ContainerState;
import io.fairlead.testing.Command;
import io.fairlead.testing.HeldConnection;
import io.fairlead.testing.Inside;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Wanted;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A host with an engine and another host on its wire, an {@code owner} that publishes a port, and a
 * {@code member} of its sandbox whose server sends back what it gets, on that port and over one
 * connection that it opens to the other host. Deeds are words: {@code stop owner}.
 */
final class SandboxLab implements AutoCloseable {
  private static final String HOST = "10.9.0.1";
  private static final String FAR = "10.9.0.2";
  private static final int FAR_PORT = 7000;
  private static final int PUBLISHED = 8080;
  private static final int ECHO = 80;
  private static final int TEST_ECHO = 81;
  private static final int PATIENCE_MILLIS = 2_000;

  private final TestHost host = TestHost.create("host");
  private final TestHost far = TestHost.create("far");
  private final TestEngine engine;
  private final ServerSocket farServer;
  private final BlockingQueue<Socket> arrivals = new LinkedBlockingQueue<>();
  private final List<Closeable> opened = new ArrayList<>();

  SandboxLab() {
    far.link(host, FAR + "/24", HOST + "/24");
    engine = TestEngine.open(host);
    farServer = far.call(() -> new ServerSocket(FAR_PORT, 50, InetAddress.ofLiteral(FAR)));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  arrivals.add(farServer.accept());
                }
              } catch (IOException e) {
                // Closed at the end of the test.
              }
            });
  }

  Wanted wantedOwner() {
    return engine
        .wanted("sleep", "1000")
        .name("owner")
        .publish("", String.valueOf(PUBLISHED), ECHO + "/tcp")
        .restart("on-failure", 0);
  }

  Container owner() {
    return wantedOwner().start();
  }

  void member() {
    String line = "nc %s %d -e cat & exec nc -ll -p %d -e cat".formatted(FAR, FAR_PORT, ECHO);
    engine
        .wanted("sh", "-c", line)
        .name("member")
        .network("container:owner")
        .restart("on-failure", 0)
        .start();
    awaitMember();
  }

  private void awaitMember() {
    String address = Inside.of(find("member")).address(false).orElseThrow();
    Awaitility.await().until(() -> echo(host, address, ECHO), "open"::equals);
  }

  Wanted wantedLate(String through) {
    return engine.wanted("sleep", "1000").name("late").network("container:" + through);
  }

  void other() {
    other("other");
  }

  void other(String name) {
    engine.wanted("sleep", "1000").name(name).start();
  }

  void start(String reference) {
    engine.containers().start(reference);
  }

  void rename(String from, String to) {
    engine.containers().alterations().rename(from, to);
  }

  Container find(String reference) {
    return engine.containers().find(reference);
  }

  /**
   * @param deed {@code next engine}, or a verb and a container's name: {@code crash owner between
   *     engines}
   */
  void act(String deed) {
    String[] words = deed.split(" ", 3);
    String name = words[1];
    switch (words[0]) {
      case "next" -> engine.restart();
      case "start" -> start(name);
      case "stop" -> engine.containers().stop(name, Optional.of("KILL"), Optional.empty());
      case "restart" -> engine.containers().restart(name, Optional.of("KILL"), Optional.empty());
      case "remove" -> engine.containers().remove(name, true);
      case "join" -> wantedLate(name).start();
      case "crash" -> crash(name, words.length == 3);
      default -> throw new IllegalArgumentException(deed);
    }
    if (words[0].matches("restart|crash") && runs("member")) {
      awaitMember();
    }
  }

  private void crash(String name, boolean isBetweenEngines) {
    long pid = find(name).pid();
    int count = find(name).restartCount();
    if (isBetweenEngines) {
      engine.engine().close();
    }
    Command.run(List.of("kill", "-KILL", String.valueOf(pid))).succeeded();
    Awaitility.await().until(() -> ProcessHandle.of(pid).isEmpty());
    if (isBetweenEngines) {
      engine.restart();
    }
    Awaitility.await()
        .untilAsserted(
            () -> {
              assertThat(find(name).restartCount()).isEqualTo(count + 1);
              assertThat(find(name).state()).isEqualTo(ContainerState.RUNNING);
            });
  }

  private boolean runs(String name) {
    return engine.containers().list().stream()
        .anyMatch(each -> each.name().equals(name) && each.state() == ContainerState.RUNNING);
  }

  /** The sandbox as one of its processes has it: the namespace, its link and its addresses. */
  String sandbox() {
    var inside = Inside.of(find(runs("member") ? "member" : "owner"));
    return inside.namespace("net") + inside.onNetwork("ip", "-o", "addr", "show", "eth0");
  }

  String address() {
    return Objects.requireNonNull(find("owner").network().endpoints().get("bridge"))
        .address()
        .orElseThrow();
  }

  List<Object> files(String name) {
    var inside = Inside.of(find(name));
    return Stream.of("/etc/hosts", "/etc/hostname", "/etc/resolv.conf").map(inside::inode).toList();
  }

  String hostname(String name) {
    return Inside.of(find(name)).hostname();
  }

  private HeldConnection hold(Socket connected) {
    var held = new HeldConnection(connected);
    opened.add(held);
    return held;
  }

  /** From the host, to the member's server. */
  HeldConnection connectByAddress() {
    String address = Inside.of(find("member")).address(false).orElseThrow();
    return hold(connect(host, address, ECHO));
  }

  /** From the other host, through the published port. */
  HeldConnection connectByPort() {
    return hold(connect(far, HOST, PUBLISHED));
  }

  /** What the member has opened to the other host. */
  HeldConnection connectOut() throws InterruptedException {
    Socket arrived = Objects.requireNonNull(arrivals.poll(10, TimeUnit.SECONDS));
    assertThat(arrived.getInetAddress().getHostAddress()).as("by NAT").isEqualTo(HOST);
    return hold(arrived);
  }

  /** From the host, to a server that the test has put into the owner's sandbox. */
  HeldConnection connectToServerOfTheTest() {
    serve("owner", TEST_ECHO);
    return hold(connect(host, address(), TEST_ECHO));
  }

  /** Puts a server like the member's into a container's sandbox. */
  void echo(String name) {
    serve(name, ECHO);
  }

  private void serve(String name, int port) {
    ServerSocket server =
        new NetNamespace(Path.of(find(name).network().sandboxKey()))
            .call("echo", () -> new ServerSocket(port));
    opened.add(server);
    Thread.ofVirtual().start(() -> echoAll(server));
  }

  private static void echoAll(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> echoOne(client));
      } catch (IOException e) {
        // Closed at the end of the test.
      }
    }
  }

  private static void echoOne(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // The client is gone.
    }
  }

  private static Socket connect(TestHost from, String address, int port) {
    return from.call(
        () -> {
          var socket = new Socket();
          socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 2_000);
          return socket;
        });
  }

  /** What the other host gets at the published port: {@code open}, {@code refused}. */
  String port() {
    return echo(far, HOST, PUBLISHED);
  }

  private static String echo(TestHost from, String address, int port) {
    return from.call(
        () -> {
          try (var socket = new Socket()) {
            socket.connect(
                new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(7);
            return socket.getInputStream().read() == 7 ? "open" : "closed";
          } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused") ? "refused" : e.toString();
          } catch (IOException e) {
            return e.toString();
          }
        });
  }

  /**
   * The established connections, as the kernel lists them at both ends.
   *
   * @param but a connection that is left out
   */
  List<String> connections(Optional<HeldConnection> but) {
    var all = new TreeSet<String>();
    String[] listing = {"ss", "-Htn", "state", "established"};
    Stream.of(
            Inside.of(find("member")).onNetwork(listing),
            host.exec(listing).stdout(),
            far.exec(listing).stdout())
        .flatMap(String::lines)
        .map(line -> line.strip().replaceAll(" +", " ").split(" ", 3)[2])
        .filter(line -> but.stream().noneMatch(each -> line.matches(".*:" + each.port() + "\\b.*")))
        .forEach(all::add);
    return List.copyOf(all);
  }

  /** Claims that within two seconds no sandbox is there: no pin, no link. */
  void assertNoSandbox() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              assertThat(host.exec("ip", "-o", "link", "show", "type", "veth").stdout().lines())
                  .allMatch(line -> line.contains("to-far"));
              try (var pins = Files.list(engine.config().execRoot().resolve("sandbox"))) {
                assertThat(pins).isEmpty();
              }
            });
  }

  void removeAll() {
    engine.containers().list().forEach(each -> engine.containers().remove(each.id(), true));
    opened.forEach(SandboxLab::close);
    opened.clear();
    arrivals.forEach(SandboxLab::close);
    arrivals.clear();
  }

  private static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    close(farServer);
    engine.close();
    far.close();
    host.close();
  }
}
