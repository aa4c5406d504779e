package io.fairlead;

import org.jspecify.annotations.Nullable;

/**
 * The request itself is wrong and changes nothing; the message says which part and what is
 * expected. HTTP 400.
 */
public final class InvalidRequest extends Failure {
  private static final long serialVersionUID = 1L;

  public InvalidRequest(String message) {
    this(message, null);
  }

  public InvalidRequest(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
