package io.fairlead.runtime;

import java.nio.ByteBuffer;

/**
 * A client's hold on a running container's standard streams. Closing it leaves the container alone.
 */
public interface Attachment extends AutoCloseable {
  /** Writes to the container's standard input; blocks while the container does not read. */
  void write(ByteBuffer bytes);

  /** Ends the container's standard input. */
  void closeInput();

  @Override
  void close();
}
