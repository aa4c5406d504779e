package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A client's hold on a running container's standard streams. Closing it leaves the container alone.
 */
public interface Attachment extends AutoCloseable {
  /** Writes to the container's standard input; blocks while the container does not read. */
  void write(ByteBuffer bytes);

  /** Ends the container's standard input. */
  void closeInput();

  /**
   * Whether the client gets all that the process writes.
   *
   * @return completes when it is no further behind than memory holds, mostly at once: with nothing,
   *     or, if it was cut off, with why
   */
  CompletableFuture<Optional<String>> keptUp();

  @Override
  void close();
}
