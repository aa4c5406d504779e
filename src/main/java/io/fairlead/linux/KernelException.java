package io.fairlead.linux;

/** The kernel refused a call: which one, about what, and its errno. */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final String object;
  private final int errno;

  public KernelException(String operation, String object, int errno) {
    this(operation, object, errno, "");
  }

  /**
   * @param detail the kernel's own words where it gave some (netlink's extended acknowledgement),
   *     else empty
   */
  public KernelException(String operation, String object, int errno, String detail) {
    super(
        "%s %s: %s%s"
            .formatted(
                operation, object, Errno.name(errno), detail.isEmpty() ? "" : " (" + detail + ")"));
    this.operation = operation;
    this.object = object;
    this.errno = errno;
  }

  public String operation() {
    return operation;
  }

  public String object() {
    return object;
  }

  /** A number of asm-generic/errno.h, positive. */
  public int errno() {
    return errno;
  }
}
