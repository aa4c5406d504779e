package io.fairlead.testing;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace that plays a host: an engine's own, or a machine elsewhere on its wire. It
 * has no way out of itself but the links a test makes, and the real host's network is never
 * touched.
 */
public final class TestHost implements AutoCloseable {
  private static final int CONNECT_MILLIS = 3_000;
  private static final Pattern HEAD_END = Pattern.compile("\r?\n\r?\n");

  private final String name;
  private final Path pin;
  private final NetNamespace namespace;
  private final List<TestServer> servers = new ArrayList<>();

  private TestHost(String name, Path pin) {
    this.name = name;
    this.pin = pin;
    this.namespace = NetNamespace.create(pin);
  }

  /**
   * Makes a host whose loopback is up.
   *
   * @param name at most 11 characters; links to it are named by it
   */
  public static TestHost create(String name) {
    try {
      Path pin = Files.createTempDirectory("fairlead-host-").resolve(name);
      Files.createFile(pin);
      var host = new TestHost(name, pin);
      host.exec("ip", "link", "set", "lo", "up");
      return host;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  /** The file that it is bound to. */
  Path pin() {
    return pin;
  }

  public NetNamespace namespace() {
    return namespace;
  }

  /** Runs a command inside; the test fails unless it succeeds. */
  public Command exec(String... command) {
    return tryExec(command).succeeded();
  }

  /** Runs a command inside, whatever its exit code. */
  public Command tryExec(String... command) {
    var line = new ArrayList<>(List.of("nsenter", "--net=" + pin, "--"));
    line.addAll(List.of(command));
    return Command.run(line);
  }

  /** Runs Java inside, on a thread of its own. */
  public <T> T call(Callable<T> action) {
    return namespace.call("inside " + name, action);
  }

  /**
   * Lays a wire to another host. The ends are named {@code to-NAME}, by the host at the far end.
   *
   * @param ownCidr this end's address with its prefix length, v4 or v6 ({@code 10.9.0.1/24})
   */
  public void link(TestHost other, String ownCidr, String otherCidr) {
    String own = "to-" + other.name;
    String far = "to-" + name;
    exec(
        "ip link add %s type veth peer name %s netns %s"
            .formatted(own, far, other.pin)
            .split(" ", -1));
    address(own, ownCidr);
    other.address(far, otherCidr);
    exec("ip", "link", "set", own, "up");
    other.exec("ip", "link", "set", far, "up");
  }

  /** Gives a link one more address; a v6 address is usable at once. */
  public void address(String link, String cidr) {
    if (cidr.contains(":")) {
      exec("ip", "addr", "add", cidr, "dev", link, "nodad");
    } else {
      exec("ip", "addr", "add", cidr, "dev", link);
    }
  }

  /**
   * @param subnet in CIDR form, or {@code default}
   */
  public void route(String subnet, String gateway) {
    exec("ip", gateway.contains(":") ? "-6" : "-4", "route", "add", subnet, "via", gateway);
  }

  /** The body of a page that is fetched from inside; the test fails where there is none. */
  public String httpGet(String url) {
    try {
      return call(() -> fetch(URI.create(url), CONNECT_MILLIS));
    } catch (IllegalStateException e) {
      throw new AssertionError("%s does not reach %s: %s".formatted(name, url, e.getCause()), e);
    }
  }

  /** The body of a page, or empty if none arrives within the time. */
  public Optional<String> tryHttpGet(String url, Duration patience) {
    return call(
        () -> {
          try {
            return Optional.of(fetch(URI.create(url), (int) patience.toMillis()));
          } catch (IOException e) {
            return Optional.empty();
          }
        });
  }

  /** What answers a datagram within the time, or empty. */
  public Optional<String> tryUdp(String address, int port, String text, Duration patience) {
    return call(
        () -> {
          try (var socket = new DatagramSocket()) {
            socket.setSoTimeout((int) patience.toMillis());
            socket.connect(InetAddress.getByName(address), port);
            byte[] ask = text.getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(ask, ask.length));
            var answer = new DatagramPacket(new byte[2048], 2048);
            socket.receive(answer);
            return Optional.of(
                new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
          } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
            return Optional.empty();
          }
        });
  }

  /**
   * Serves pages inside until this host is closed.
   *
   * @param page by the address that the client comes from
   */
  public TestServer serveHttp(String address, int port, Function<InetSocketAddress, String> page) {
    return serving(TestServer.http(this, new InetSocketAddress(address, port), page));
  }

  /**
   * Answers datagrams inside until this host is closed.
   *
   * @param answer by the address that the client comes from
   */
  public TestServer serveUdp(String address, int port, Function<InetSocketAddress, String> answer) {
    return serving(TestServer.udp(this, new InetSocketAddress(address, port), answer));
  }

  private TestServer serving(TestServer server) {
    servers.add(server);
    return server;
  }

  private static String fetch(URI url, int millis) throws IOException {
    int port = url.getPort() < 0 ? 80 : url.getPort();
    String host = url.getHost().replaceAll("[\\[\\]]", "");
    try (var socket = new Socket()) {
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(host, port), millis);
      String path = url.getPath().isEmpty() ? "/" : url.getPath();
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n"
                  .formatted(path, host)
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      // A bare line feed ends a line too (RFC 9112, 2.2): so do CGI scripts behind busybox's httpd.
      Matcher head = HEAD_END.matcher(answer);
      if (!head.find()) {
        throw new IOException("no page but: " + answer);
      }
      return answer.substring(head.end());
    }
  }

  /** Ends its servers and lets the namespace go, and with it every link in it. */
  @Override
  public void close() {
    servers.forEach(TestServer::close);
    servers.clear();
    check(Libc.umount2(pin.toString(), Libc.MNT_DETACH), "umount", pin.toString());
    try {
      Files.delete(pin);
      Files.delete(Objects.requireNonNull(pin.getParent()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
