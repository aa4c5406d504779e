package io.fairlead.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Finds where the last lines of a log begin, reading it backwards and no farther than needed. */
final class LogTail {
  private static final int BLOCK_BYTES = 64 << 10;

  private final FileChannel channel;
  private final int wanted;
  private final Set<OutputSink.Stream> unfinished = EnumSet.noneOf(OutputSink.Stream.class);
  private int lines;
  private long start;

  private LogTail(FileChannel channel, int wanted) {
    this.channel = channel;
    this.wanted = wanted;
  }

  /**
   * @param size where the log ends; what is written meanwhile is none of its lines
   * @param lines how many lines of both streams together; a line may be several records
   * @return the position of the first record of them
   */
  static long find(FileChannel channel, long size, int lines) throws IOException {
    return new LogTail(channel, lines).find(size);
  }

  private long find(long size) throws IOException {
    start = size;
    long end = size;
    byte[] rest = new byte[0];
    while (end > 0) {
      int length = (int) Math.min(BLOCK_BYTES, end);
      long from = end - length;
      byte[] block = new byte[length + rest.length];
      readFully(ByteBuffer.wrap(block, 0, length), from);
      System.arraycopy(rest, 0, block, length, rest.length);
      if (rest.length == 0 && end == size) {
        // A record whose end is not written yet is no line, and not to be cut in two.
        start = from + lastIndexAfterNewline(block);
      }
      int firstRecord = from == 0 ? 0 : indexAfterNewline(block);
      if (firstRecord >= 0) {
        for (int[] record : recordsBackwards(block, firstRecord)) {
          if (!take(block, record[0], record[1], from + record[0])) {
            return start;
          }
        }
      }
      rest = Arrays.copyOf(block, firstRecord < 0 ? block.length : firstRecord);
      end = from;
    }
    return start;
  }

  private void readFully(ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new IOException("the log became shorter while it was read");
      }
      at += count;
    }
  }

  private static int indexAfterNewline(byte[] block) {
    for (int i = 0; i < block.length - 1; i++) {
      if (block[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int lastIndexAfterNewline(byte[] block) {
    int i = block.length;
    while (i > 0 && block[i - 1] != '\n') {
      i--;
    }
    return i;
  }

  /** The complete records from an index on, last first: begin and end of each. */
  private static Iterable<int[]> recordsBackwards(byte[] block, int first) {
    var records = new ArrayDeque<int[]>();
    int from = first;
    for (int i = first; i < block.length; i++) {
      if (block[i] == '\n') {
        records.push(new int[] {from, i});
        from = i + 1;
      }
    }
    return records;
  }

  /**
   * Walking backwards, a record with the tag F ends a line; the ones with P before it belong to it,
   * up to the F before them.
   *
   * @return false when this record belongs to a line too many
   */
  private boolean take(byte[] block, int from, int to, long position) {
    var record = LogRecord.parse(block, from, to);
    if (record.isEmpty()) {
      return true;
    }
    boolean continues = record.get().isPartial() && unfinished.contains(record.get().stream());
    if (!continues) {
      if (lines == wanted) {
        return false;
      }
      lines++;
      unfinished.add(record.get().stream());
    }
    start = position;
    return true;
  }
}
