package io.fairlead.api;

/** An answer that only HTTP knows: no such page, a body too large, a version not spoken. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  Refusal(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
