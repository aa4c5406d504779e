package io.fairlead.cli;

import io.fairlead.cli.HttpConnection.Response;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A container's output, as attach and logs send it: frames of an eight-byte head (stream, three
 * zeros, length) and that many bytes; or, where it has a terminal, just bytes.
 */
final class Streams {
  private static final int STANDARD_ERROR = 2;
  private static final int DAEMON_ERROR = 3;
  private static final int MAXIMUM_ERROR_TEXT = 64 * 1024;

  private Streams() {}

  /** Copies until the daemon ends the stream, to our own standard output and error. */
  static void copy(Response response) throws IOException {
    // Bytes go as they are: a PrintStream would swallow a closed pipe.
    copy(
        response,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  static void copy(Response response, OutputStream out, OutputStream err) throws IOException {
    String type = response.headers().getOrDefault("content-type", "");
    if (type.endsWith("raw-stream")) {
      response.body().transferTo(out);
    } else {
      copyFrames(response.body(), out, err);
    }
  }

  private static void copyFrames(InputStream in, OutputStream out, OutputStream err)
      throws IOException {
    byte[] buffer = new byte[32 * 1024];
    while (true) {
      int headLength = in.readNBytes(buffer, 0, 8);
      if (headLength == 0) {
        return;
      }
      int length = headLength < 8 ? -1 : ByteBuffer.wrap(buffer, 4, 4).getInt();
      if (length < 0) {
        throw new EOFException("the container's output broke off in the middle of a frame");
      }
      int stream = buffer[0];
      if (stream == DAEMON_ERROR) {
        byte[] text = in.readNBytes(Math.min(length, MAXIMUM_ERROR_TEXT));
        throw new CommandFailure(new String(text, StandardCharsets.UTF_8).strip());
      }
      copyBytes(in, length, stream == STANDARD_ERROR ? err : out, buffer);
    }
  }

  private static void copyBytes(InputStream in, int length, OutputStream to, byte[] buffer)
      throws IOException {
    for (int left = length; left > 0; ) {
      int count = in.read(buffer, 0, Math.min(left, buffer.length));
      if (count < 0) {
        throw new EOFException("the container's output broke off in the middle of a frame");
      }
      to.write(buffer, 0, count);
      left -= count;
    }
  }
}
