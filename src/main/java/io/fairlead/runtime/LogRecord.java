package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * One record of conmon's k8s-file log: {@code 2026-11-24T17:00:00.000000000+00:00 stdout F text}.
 * Conmon writes a tag {@code P} for a piece of a line whose rest follows in a record of its own.
 *
 * @param content what the process wrote, a view of the array it was parsed from; a newline after it
 *     is implied where it is not partial
 */
record LogRecord(Instant at, OutputSink.Stream stream, boolean isPartial, ByteBuffer content) {

  /** Empty for what is not a record: a torn write, or somebody else's line. */
  static Optional<LogRecord> parse(byte[] bytes, int from, int to) {
    int stampEnd = indexOf(bytes, from, to);
    int streamEnd = stampEnd < 0 ? -1 : indexOf(bytes, stampEnd + 1, to);
    int tagEnd = streamEnd < 0 ? -1 : streamEnd + 2;
    if (tagEnd < 0 || tagEnd >= to || bytes[tagEnd] != ' ') {
      return Optional.empty();
    }
    byte tag = bytes[streamEnd + 1];
    String stream = text(bytes, stampEnd + 1, streamEnd);
    boolean isStdout = stream.equals("stdout");
    if ((tag != 'F' && tag != 'P') || (!isStdout && !stream.equals("stderr"))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogRecord(
              OffsetDateTime.parse(text(bytes, from, stampEnd)).toInstant(),
              isStdout ? OutputSink.Stream.STDOUT : OutputSink.Stream.STDERR,
              tag == 'P',
              ByteBuffer.wrap(bytes, tagEnd + 1, to - tagEnd - 1)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static int indexOf(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }
}
