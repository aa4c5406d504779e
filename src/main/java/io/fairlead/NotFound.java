package io.fairlead;

import org.jspecify.annotations.Nullable;

/** No such object. HTTP 404. */
public final class NotFound extends Failure {
  private static final long serialVersionUID = 1L;

  public NotFound(String message) {
    this(message, null);
  }

  public NotFound(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
