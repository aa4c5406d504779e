package io.fairlead;

import org.jspecify.annotations.Nullable;

/**
 * The operation needs something that is not there now (a swarm, an engine that is closing). HTTP
 * 503.
 */
public final class Unavailable extends Failure {
  private static final long serialVersionUID = 1L;

  public Unavailable(String message) {
    this(message, null);
  }

  public Unavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
