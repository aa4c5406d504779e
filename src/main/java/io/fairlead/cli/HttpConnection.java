package io.fairlead.cli;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection over a unix socket, for one request (RFC 9112). {@code java.net.http}
 * knows no unix sockets and gives no upgraded connection away; this is what the Docker API needs:
 * bodies with a length, in chunks or up to the end of the connection, and 101.
 */
final class HttpConnection implements AutoCloseable {
  private static final int MAXIMUM_LINE = 64 * 1024;
  private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n";

  private final SocketChannel channel;
  private final ByteBuffer received = ByteBuffer.allocate(32 * 1024).flip();

  private HttpConnection(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * The head of a response, and its body still to be read.
   *
   * @param headers by name in lower case
   * @param body of a 101: whatever the other side sends, up to its end
   */
  record Response(int status, Map<String, String> headers, InputStream body) {
    String text() throws IOException {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * @throws java.net.ConnectException if nobody listens
   * @throws java.net.SocketException if there is no such socket
   */
  static HttpConnection open(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new HttpConnection(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** A request without a body; with {@code upgrade}, one that asks for the bare connection. */
  Response send(String method, String target, boolean upgrade) throws IOException {
    String wish = upgrade ? UPGRADE + "Content-Length: 0\r\n" : "";
    write(ByteBuffer.wrap(head(method, target, wish)));
    return readResponse(method);
  }

  /** The same with a JSON body. */
  Response sendJson(String method, String target, String json, boolean upgrade) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        head(
            method,
            target,
            (upgrade ? UPGRADE : "")
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\n");
    write(ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip());
    return readResponse(method);
  }

  /** Writes a request's body, however long it is. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** A request with a body whose length is not known before; sent in chunks. */
  Response sendContent(String method, String target, Content content) throws IOException {
    String headers = "Content-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n";
    write(ByteBuffer.wrap(head(method, target, headers)));
    try {
      var chunks = new BufferedOutputStream(new Chunks(), 64 * 1024);
      content.writeTo(chunks);
      chunks.flush();
      write(ascii("0\r\n\r\n"));
    } catch (BrokenPipe e) {
      // The daemon may refuse before it has read all; what it says is worth more than the pipe.
      try {
        return readResponse(method);
      } catch (IOException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
    return readResponse(method);
  }

  private static final class BrokenPipe extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenPipe(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** A body in chunks, one for each write. */
  private final class Chunks extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return; // an empty chunk would end the body
      }
      try {
        HttpConnection.this.write(ascii(Integer.toHexString(length) + "\r\n"));
        HttpConnection.this.write(ByteBuffer.wrap(bytes, offset, length));
        HttpConnection.this.write(ascii("\r\n"));
      } catch (IOException e) {
        throw new BrokenPipe(e);
      }
    }
  }

  /** Sends bytes on an upgraded connection. */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Tells the other side that nothing more will be sent; it may go on sending. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static byte[] head(String method, String target, String headers) {
    return (method + " " + target + " HTTP/1.1\r\nHost: fairlead\r\n" + headers + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Response readResponse(String method) throws IOException {
    String[] statusLine = readLine().split(" ", 3);
    if (statusLine.length < 2 || !statusLine[0].startsWith("HTTP/1.")) {
      throw new IOException("not an HTTP answer: " + String.join(" ", statusLine));
    }
    int status = Integer.parseInt(statusLine[1]);
    var headers = new HashMap<String, String>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    return status == 100
        ? readResponse(method)
        : new Response(status, headers, body(method, status, headers));
  }

  private InputStream body(String method, int status, Map<String, String> headers)
      throws IOException {
    @Nullable String length = headers.get("content-length");
    if (status == 204 || status == 304 || method.equals("HEAD")) {
      return InputStream.nullInputStream();
    }
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return new Body(0, true);
    }
    boolean isRaw = status == 101 || length == null;
    return new Body(isRaw ? Long.MAX_VALUE : Long.parseLong(length), false);
  }

  private String readLine() throws IOException {
    var line = new StringBuilder();
    while (true) {
      int b = readByte();
      if (b < 0) {
        throw new EOFException("the daemon closed the connection in the middle of its answer");
      }
      if (b == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
            ? line.substring(0, end - 1)
            : line.toString();
      }
      if (line.length() == MAXIMUM_LINE) {
        throw new IOException("a header line longer than " + MAXIMUM_LINE + " bytes");
      }
      line.append((char) b);
    }
  }

  private int readByte() throws IOException {
    return fill() ? received.get() & 0xff : -1;
  }

  private boolean fill() throws IOException {
    if (!received.hasRemaining()) {
      received.clear();
      int count = channel.read(received);
      received.flip();
      return count > 0;
    }
    return true;
  }

  /** A response's body: so many bytes, or chunks. {@code Long.MAX_VALUE}: up to the end. */
  private final class Body extends InputStream {
    private final boolean isChunked;
    private long remaining;
    private boolean atFirstChunk = true;
    private boolean ended;

    Body(long remaining, boolean isChunked) {
      this.remaining = remaining;
      this.isChunked = isChunked;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (remaining == 0 && isChunked && !ended) {
        beginChunk();
      }
      if (remaining == 0 || ended) {
        return -1;
      }
      if (!fill()) {
        ended = true;
        if (remaining == Long.MAX_VALUE) {
          return -1;
        }
        throw new EOFException("the daemon closed the connection in the middle of its answer");
      }
      int count = (int) Math.min(Math.min(length, received.remaining()), remaining);
      received.get(into, offset, count);
      remaining -= remaining == Long.MAX_VALUE ? 0 : count;
      return count;
    }

    private void beginChunk() throws IOException {
      if (!atFirstChunk) {
        readLine();
      }
      atFirstChunk = false;
      String size = readLine().split(";", 2)[0].strip();
      try {
        remaining = Long.parseLong(size, 16);
      } catch (NumberFormatException e) {
        throw new IOException("a chunk of size '" + size + "'", e);
      }
      if (remaining == 0) {
        ended = true;
        while (!readLine().isEmpty()) {
          // Trailers carry nothing for us.
        }
      }
    }
  }
}
