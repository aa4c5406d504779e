package io.fairlead.store;

/**
 * The schema refused a row. The table's class knows which object stands against it, and says so.
 */
final class ConstraintViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConstraintViolation(Throwable cause) {
    super(cause);
  }
}
