package io.fairlead.api;

import io.fairlead.runtime.OutputSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * A log on its way to a client, piece by piece; waits for a client that is behind.
 *
 * @see ContainerStreams#logs
 */
final class LogSink implements OutputSink {
  /** Where a client's bytes go; may wait for the client. */
  interface Client {
    void write(byte[] bytes) throws IOException;
  }

  private final Client client;
  private final StreamForm form;
  private final boolean withTime;
  private final boolean withDetails;
  private final Map<Stream, Boolean> isInLine = new EnumMap<>(Stream.class);

  LogSink(Client client, StreamForm form, boolean withTime, boolean withDetails) {
    this.client = client;
    this.form = form;
    this.withTime = withTime;
    this.withDetails = withDetails;
  }

  @Override
  public boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    try {
      client.write(form.bytes(stream, withPrefixes(stream, at, content)));
      return true;
    } catch (IOException _) {
      return false; // the client is gone: nobody is left to be told
    }
  }

  /** A log driver's details would stand after the time; ours has none, and the space remains. */
  private byte[] withPrefixes(Stream stream, Instant at, byte[] content) {
    if (!withTime && !withDetails) {
      return content;
    }
    String prefix = (withTime ? Json.time(at) + " " : "") + (withDetails ? " " : "");
    byte[] prefixBytes = prefix.getBytes(StandardCharsets.US_ASCII);
    var out = new ByteArrayOutputStream(content.length + prefixBytes.length);
    boolean isInside = isInLine.getOrDefault(stream, false);
    for (byte each : content) {
      if (!isInside) {
        out.writeBytes(prefixBytes);
      }
      out.write(each);
      isInside = each != '\n';
    }
    isInLine.put(stream, isInside);
    return out.toByteArray();
  }

  /** The client's stream may go on: who opened it ends it. */
  @Override
  public void end() {}
}
