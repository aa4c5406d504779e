package io.fairlead.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * A reading of one container's log, from a position on. Whole lines go to the sink, joined from
 * their pieces; what is left without an end is handed over by {@link #flush}, and goes on in the
 * next piece of that stream.
 */
final class LogFile implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 << 10;

  /** A longer line is handed over in pieces. */
  private static final int LINE_MAX_BYTES = 256 << 10;

  private final FileChannel channel;

  /** What is written behind it is for who follows. */
  private final long end;

  private final LogRequest request;
  private final OutputSink sink;
  private final Map<OutputSink.Stream, Line> open = new EnumMap<>(OutputSink.Stream.class);
  private byte[] block = new byte[BLOCK_BYTES];

  /** How much of the block is filled: the beginning of a record whose end is not written yet. */
  private int filled;

  private long position;
  private boolean isDone;

  /** A line whose end has not been seen. */
  private static final class Line {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Instant since = Instant.EPOCH;
  }

  LogFile(Path path, LogRequest request, OutputSink sink) throws IOException {
    this.request = request;
    this.sink = sink;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    long size = channel.size();
    this.end = request.follow() ? Long.MAX_VALUE : size;
    if (request.tail().isPresent()) {
      position = LogTail.find(channel, size, request.tail().getAsInt());
    }
  }

  /**
   * Hands over all that is written by now, or was when a reading that does not follow was opened.
   *
   * @return false when there is nothing more to want: the sink declined, or the time limit passed
   */
  boolean readOn() throws IOException {
    while (!isDone) {
      if (filled == block.length) {
        block = Arrays.copyOf(block, block.length * 2);
      }
      int room = (int) Math.min(block.length - filled, end - position - filled);
      int count = channel.read(ByteBuffer.wrap(block, filled, room), position + filled);
      if (count <= 0) {
        return true;
      }
      filled += count;
      takeRecords();
    }
    return false;
  }

  private void takeRecords() {
    int from = 0;
    for (int i = 0; i < filled && !isDone; i++) {
      if (block[i] == '\n') {
        LogRecord.parse(block, from, i).ifPresent(this::take);
        from = i + 1;
      }
    }
    System.arraycopy(block, from, block, 0, filled - from);
    filled -= from;
    position += from;
  }

  private void take(LogRecord record) {
    if (request.until().isPresent() && record.at().isAfter(request.until().get())) {
      isDone = true;
      return;
    }
    boolean isWanted =
        record.stream() == OutputSink.Stream.STDOUT ? request.stdout() : request.stderr();
    if (!isWanted || request.since().filter(record.at()::isBefore).isPresent()) {
      return;
    }
    var line = open.computeIfAbsent(record.stream(), stream -> new Line());
    if (line.bytes.size() == 0) {
      line.since = record.at();
    }
    var content = record.content();
    line.bytes.write(
        content.array(), content.arrayOffset() + content.position(), content.remaining());
    if (!record.isPartial()) {
      line.bytes.write('\n');
    }
    if (!record.isPartial() || line.bytes.size() >= LINE_MAX_BYTES) {
      handOver(record.stream(), line);
    }
  }

  private void handOver(OutputSink.Stream stream, Line line) {
    if (line.bytes.size() > 0) {
      var bytes = ByteBuffer.wrap(line.bytes.toByteArray());
      line.bytes.reset();
      isDone |= !sink.accept(stream, line.since, bytes);
    }
  }

  /** Hands over lines that have no end yet: a prompt, or the last words of a process. */
  void flush() {
    open.forEach(
        (stream, line) -> {
          if (!isDone) {
            handOver(stream, line);
          }
        });
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
