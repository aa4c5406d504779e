package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * Where a container's output goes: an attached client, or a reader of the log. Called from one
 * thread at a time.
 */
public interface OutputSink {
  /** Which of the two a piece came from; the number is Docker's stream type. */
  enum Stream {
    STDOUT(1),
    STDERR(2);

    private final int type;

    Stream(int type) {
      this.type = type;
    }

    public int type() {
      return type;
    }
  }

  /**
   * Takes one piece, and may not block for long.
   *
   * @param at when it was written, for the log; for live output the time it was read
   * @return false: this sink wants no more
   */
  boolean accept(Stream stream, Instant at, ByteBuffer bytes);

  /**
   * There will be no more: the process ended, or the log is read to its end. Called exactly once.
   */
  void end();
}
