package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
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
   * Waits until the client has taken enough of what it was given to be given more.
   *
   * @return false: it has taken nothing at all for so long
   */
  default boolean awaitRoom(Duration patience) throws InterruptedException {
    return true;
  }

  /**
   * Takes one piece. Of live output it does not wait for the client: {@link #awaitRoom} does.
   *
   * @param at when it was written, for the log; for live output the time it was read
   * @return false: this sink wants no more
   */
  boolean accept(Stream stream, Instant at, ByteBuffer bytes);

  /**
   * The client was too far behind, or what is meant for it is lost: it is told so, and gets nothing
   * more. The end follows.
   */
  default void cutOff(String why) {}

  /**
   * There will be no more: the process ended, or the log is read to its end. Called exactly once.
   */
  void end();
}
