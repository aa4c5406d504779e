package io.fairlead;

import org.jspecify.annotations.Nullable;

/** A known operation or option that this version does not have. HTTP 501. */
public final class NotBuilt extends Failure {
  private static final long serialVersionUID = 1L;

  public NotBuilt(String message) {
    this(message, null);
  }

  public NotBuilt(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
