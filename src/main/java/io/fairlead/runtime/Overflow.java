package io.fairlead.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What the slow clients of one console have not read yet and memory shall not hold: a file that all
 * of them read, each from its own place. It has no name, so a crash leaves nothing, and it is empty
 * while nobody is slow.
 */
final class Overflow {
  /** The stream's number and the length of what follows. */
  private static final int HEAD_BYTES = 5;

  private final Path directory;
  private @Nullable FileChannel file;
  private long end;
  private int readers;

  /**
   * @param next where the piece behind it begins
   */
  record Piece(OutputSink.Stream stream, ByteBuffer bytes, long next) {}

  Overflow(Path directory) {
    this.directory = directory;
  }

  /** A client begins to read here; the answer is its place. */
  synchronized long enter() {
    readers++;
    return end;
  }

  /** It has read all, or wants no more. */
  synchronized void leave() throws IOException {
    readers--;
    if (readers == 0 && file != null) {
      file.close();
      file = null;
      end = 0;
    }
  }

  synchronized boolean isEnd(long place) {
    return place == end;
  }

  synchronized void append(OutputSink.Stream stream, ByteBuffer bytes) throws IOException {
    var piece = ByteBuffer.allocate(HEAD_BYTES + bytes.remaining());
    piece.put((byte) stream.type()).putInt(bytes.remaining()).put(bytes.duplicate()).flip();
    var channel = open();
    long place = end;
    while (piece.hasRemaining()) {
      place += channel.write(piece, place);
    }
    end = place;
  }

  private FileChannel open() throws IOException {
    if (file == null) {
      Path path = Files.createTempFile(directory, "behind", "");
      file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Files.delete(path);
    }
    return file;
  }

  /** The piece at a place that is not the end. */
  Piece read(long place) throws IOException {
    FileChannel channel;
    synchronized (this) {
      channel = open();
    }
    var head = read(channel, place, HEAD_BYTES);
    var stream =
        head.get() == OutputSink.Stream.STDOUT.type()
            ? OutputSink.Stream.STDOUT
            : OutputSink.Stream.STDERR;
    int length = head.getInt();
    return new Piece(
        stream, read(channel, place + HEAD_BYTES, length), place + HEAD_BYTES + length);
  }

  private static ByteBuffer read(FileChannel channel, long place, int length) throws IOException {
    var bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, place + bytes.position()) < 0) {
        throw new IOException("what was kept for slow clients is shorter than it was");
      }
    }
    return bytes.flip();
  }
}
