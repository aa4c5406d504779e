package io.fairlead;

import org.jspecify.annotations.Nullable;

/** The request is right, and the present state of an object stands against it. HTTP 409. */
public final class Conflict extends Failure {
  private static final long serialVersionUID = 1L;

  public Conflict(String message) {
    this(message, null);
  }

  public Conflict(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
