package io.fairlead.api;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that says exactly what it is told to, well-formed or not. */
final class RawClient implements AutoCloseable {
  private final SocketChannel channel;

  RawClient(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return this;
  }

  /** Ends this side. */
  RawClient endOutput() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  /** Everything up to the server's end. */
  String readAll() throws IOException {
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Reads until the text so far ends so, or the server has ended. */
  String readUntil(String end) throws IOException {
    var text = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
      one.clear();
      if (channel.read(one) < 0) {
        break;
      }
      text.append((char) (one.get(0) & 0xff));
    }
    return text.toString();
  }

  /** Sends a request that is the last of its connection, and reads the answer. */
  static String ask(Path socket, String request) throws IOException {
    try (var client = new RawClient(socket)) {
      return client.send(request).endOutput().readAll();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
