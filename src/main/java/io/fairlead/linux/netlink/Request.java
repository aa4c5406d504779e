package io.fairlead.linux.netlink;

import java.nio.ByteBuffer;

/**
 * One message to the kernel, complete but for its sequence number, and the words for the case that
 * it is refused. Made by {@link MessageWriter}; sent by {@link NetlinkSocket}, any number of times.
 */
public final class Request {
  private final String operation;
  private final String object;
  private final int type;
  private final int flags;
  private final byte[] body;

  Request(String operation, String object, int type, int flags, byte[] body) {
    this.operation = operation;
    this.object = object;
    this.type = type;
    this.flags = flags;
    this.body = body;
  }

  /** What is asked for, as {@code add veth}. */
  public String operation() {
    return operation;
  }

  /** What it is about, as a link's name. */
  public String object() {
    return object;
  }

  /** The length on the wire, padded to the next message. */
  int paddedLength() {
    return Netlink.align(Netlink.NLMSG_HDRLEN + body.length);
  }

  /** Writes header and body in native byte order, and the padding. */
  void writeTo(ByteBuffer out, int extraFlags, int sequence) {
    out.putInt(Netlink.NLMSG_HDRLEN + body.length)
        .putShort((short) type)
        .putShort((short) (flags | Netlink.NLM_F_REQUEST | extraFlags))
        .putInt(sequence)
        .putInt(0)
        .put(body);
    for (int i = Netlink.NLMSG_HDRLEN + body.length; i < paddedLength(); i++) {
      out.put((byte) 0);
    }
  }

  @Override
  public String toString() {
    return operation + " " + object;
  }
}
