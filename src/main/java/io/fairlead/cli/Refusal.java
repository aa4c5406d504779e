package io.fairlead.cli;

/** What the daemon answered with an error status. */
final class Refusal extends CommandFailure {
  private static final long serialVersionUID = 1L;

  private final int status;

  Refusal(int status, String message) {
    super(1, message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
