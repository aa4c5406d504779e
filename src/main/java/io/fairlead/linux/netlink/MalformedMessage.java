package io.fairlead.linux.netlink;

/** Bytes that are no netlink message: a length points out of the buffer, or a field is missing. */
public final class MalformedMessage extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedMessage(String message) {
    super(message);
  }
}
