package io.fairlead;

import org.jspecify.annotations.Nullable;

/**
 * The engine could not do what was rightly asked: the kernel, the runtime or the disk refused. HTTP
 * 500.
 */
public final class EngineFault extends Failure {
  private static final long serialVersionUID = 1L;

  public EngineFault(String message) {
    this(message, null);
  }

  public EngineFault(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
