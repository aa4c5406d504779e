package io.fairlead.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fairlead.linux.NetNamespace;
import io.fairlead.network.address.Addresses;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

/** Servers of both protocols in a namespace, that tell each client the address they see. */
final class Mirror implements Closeable {
  private final ServerSocket tcp;
  private final DatagramSocket udp;

  private Mirror(ServerSocket tcp, DatagramSocket udp) {
    this.tcp = tcp;
    this.udp = udp;
  }

  static Mirror open(NetNamespace where, InetAddress address, int port) {
    ServerSocket tcp = where.call("serve tcp", () -> new ServerSocket(port, 50, address));
    DatagramSocket udp = where.call("serve udp", () -> new DatagramSocket(port, address));
    Thread.ofVirtual().start(() -> answerConnections(tcp));
    Thread.ofPlatform().daemon().start(() -> answerDatagrams(udp));
    return new Mirror(tcp, udp);
  }

  private static void answerConnections(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.getOutputStream().write(text(client.getRemoteSocketAddress()).getBytes(UTF_8));
      } catch (IOException e) {
        // Closed at the end of the test, or the client went away.
      }
    }
  }

  private static void answerDatagrams(DatagramSocket server) {
    while (!server.isClosed()) {
      try {
        var question = new DatagramPacket(new byte[64], 64);
        server.receive(question);
        byte[] answer = text(question.getSocketAddress()).getBytes(UTF_8);
        server.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      } catch (IOException e) {
        // Closed at the end of the test, or the client went away.
      }
    }
  }

  /** What came of asking. */
  sealed interface Answer {}

  /** The client's address and port as the server sees them, and as the client has them. */
  record Seen(String address, int port, String ownAddress, int ownPort) implements Answer {
    boolean isTranslated() {
      return !address.equals(ownAddress) || port != ownPort;
    }

    boolean hasOnlyAnotherPort() {
      return address.equals(ownAddress) && port != ownPort;
    }
  }

  /**
   * @param how {@code refused}, {@code unreachable}, {@code silence}, or what else happened
   */
  record Failed(String how) implements Answer {}

  /**
   * @param protocol {@code tcp} or {@code udp}
   */
  static Answer ask(
      NetNamespace from, String protocol, InetSocketAddress target, Duration patience) {
    int millis = (int) patience.toMillis();
    return from.call(
        "ask",
        () -> {
          try {
            return protocol.equals("tcp") ? connect(target, millis) : exchange(target, millis);
          } catch (IOException e) {
            return new Failed(word(e));
          }
        });
  }

  private static Answer connect(InetSocketAddress target, int millis) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(target, millis);
      socket.setSoTimeout(millis);
      String seen = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return seen(seen, socket.getLocalSocketAddress());
    }
  }

  private static Answer exchange(InetSocketAddress target, int millis) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(millis);
      socket.connect(target);
      socket.send(new DatagramPacket(new byte[1], 1));
      var answer = new DatagramPacket(new byte[64], 64);
      socket.receive(answer);
      String seen = new String(answer.getData(), 0, answer.getLength(), UTF_8);
      return seen(seen, socket.getLocalSocketAddress());
    }
  }

  private static Answer seen(String text, SocketAddress own) {
    List<String> seen = List.of(text.split(" ", -1));
    List<String> had = List.of(text(own).split(" ", -1));
    return new Seen(
        seen.getFirst(),
        Integer.parseInt(seen.getLast()),
        had.getFirst(),
        Integer.parseInt(had.getLast()));
  }

  private static String text(SocketAddress client) {
    var address = (InetSocketAddress) client;
    return Addresses.text(address.getAddress()) + " " + address.getPort();
  }

  private static String word(IOException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case PortUnreachableException _ -> "refused";
      case SocketTimeoutException _ -> "silence";
      case ConnectException _ when message.contains("refused") -> "refused";
      default -> message.contains("unreachable") ? "unreachable" : e.toString();
    };
  }

  @Override
  public void close() throws IOException {
    tcp.close();
    udp.close();
  }
}
