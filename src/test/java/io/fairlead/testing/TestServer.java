package io.fairlead.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server inside a {@link TestHost}, on a thread of its own. It remembers who came. */
public final class TestServer implements AutoCloseable {
  private final Closeable socket;
  private final List<InetSocketAddress> visitors = new CopyOnWriteArrayList<>();

  private TestServer(Closeable socket) {
    this.socket = socket;
  }

  static TestServer http(
      TestHost host, InetSocketAddress address, Function<InetSocketAddress, String> page) {
    ServerSocket socket =
        host.call(() -> new ServerSocket(address.getPort(), 50, address.getAddress()));
    var server = new TestServer(socket);
    start("http of " + host.name(), () -> server.acceptAll(socket, page));
    return server;
  }

  static TestServer udp(
      TestHost host, InetSocketAddress address, Function<InetSocketAddress, String> answer) {
    DatagramSocket socket = host.call(() -> new DatagramSocket(address));
    var server = new TestServer(socket);
    start("udp of " + host.name(), () -> server.answerAll(socket, answer));
    return server;
  }

  /** The addresses that clients came from, oldest first. */
  public List<InetSocketAddress> visitors() {
    return List.copyOf(visitors);
  }

  private void acceptAll(ServerSocket socket, Function<InetSocketAddress, String> page) {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        client.setSoTimeout(2_000);
        var from = (InetSocketAddress) client.getRemoteSocketAddress();
        visitors.add(from);
        readHead(client);
        client
            .getOutputStream()
            .write(
                ("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + page.apply(from))
                    .getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // The client went away, or this server is being closed: the loop's condition knows.
      }
    }
  }

  private static void readHead(Socket client) throws IOException {
    var in = client.getInputStream();
    int newlines = 0;
    for (int b = in.read(); b >= 0 && newlines < 2; b = in.read()) {
      newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
      if (newlines == 2) {
        return;
      }
    }
  }

  private void answerAll(DatagramSocket socket, Function<InetSocketAddress, String> answer) {
    while (!socket.isClosed()) {
      try {
        var asked = new DatagramPacket(new byte[2048], 2048);
        socket.receive(asked);
        var from = (InetSocketAddress) asked.getSocketAddress();
        visitors.add(from);
        byte[] text = answer.apply(from).getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(text, text.length, from));
      } catch (IOException e) {
        // Closed, or nobody is there to take the answer.
      }
    }
  }

  private static void start(String name, Runnable loop) {
    Thread.ofPlatform().daemon().name(name).start(loop);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
