package io.fairlead;

import org.jspecify.annotations.Nullable;

/** The request is understood, and this engine never does it. HTTP 403. */
public final class Forbidden extends Failure {
  private static final long serialVersionUID = 1L;

  public Forbidden(String message) {
    this(message, null);
  }

  public Forbidden(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
