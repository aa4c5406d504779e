package io.fairlead;

import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure that a person reads: which object, what is wrong, what to do. The kind
 * decides the HTTP status, in one place ({@code api}); the message is sent as it is.
 */
public abstract sealed class Failure extends RuntimeException
    permits InvalidRequest, Forbidden, NotFound, Conflict, EngineFault, NotBuilt, Unavailable {
  private static final long serialVersionUID = 1L;

  protected Failure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
