package io.fairlead.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One message from the kernel: its header, the fixed structure behind it by offset, and the
 * attributes behind that. Whatever the bytes are, reading ends in a value or in {@link
 * MalformedMessage}.
 */
public final class Message {
  private final int type;
  private final int flags;
  private final int sequence;
  private final ByteBuffer payload;

  private Message(int type, int flags, int sequence, ByteBuffer payload) {
    this.type = type;
    this.flags = flags;
    this.sequence = sequence;
    this.payload = payload;
  }

  /**
   * The messages of one datagram, in order. They share its bytes.
   *
   * @throws MalformedMessage if one is shorter than its header or longer than the datagram
   */
  public static List<Message> parse(byte[] datagram) {
    var bytes = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    var messages = new ArrayList<Message>();
    int at = 0;
    while (at < datagram.length) {
      int left = datagram.length - at;
      int length = left < Netlink.NLMSG_HDRLEN ? left : bytes.getInt(at);
      if (length < Netlink.NLMSG_HDRLEN || length > left) {
        throw new MalformedMessage(
            "message of %d bytes at %d of %d".formatted(length, at, datagram.length));
      }
      messages.add(
          new Message(
              bytes.getShort(at + 4) & 0xffff,
              bytes.getShort(at + 6) & 0xffff,
              bytes.getInt(at + 8),
              bytes
                  .slice(at + Netlink.NLMSG_HDRLEN, length - Netlink.NLMSG_HDRLEN)
                  .order(ByteOrder.nativeOrder())));
      at += Math.min(Netlink.align(length), left);
    }
    return messages;
  }

  public int type() {
    return type;
  }

  public int flags() {
    return flags;
  }

  public int sequence() {
    return sequence;
  }

  /** The payload's length in bytes: fixed structure and attributes. */
  public int length() {
    return payload.limit();
  }

  public int u8(int offset) {
    return payload.get(check(offset, 1)) & 0xff;
  }

  public int u16(int offset) {
    return payload.getShort(check(offset, 2)) & 0xffff;
  }

  public int u16Be(int offset) {
    return u8(offset) << 8 | u8(offset + 1);
  }

  public int u32(int offset) {
    return payload.getInt(check(offset, 4));
  }

  public byte[] bytes(int offset, int length) {
    byte[] copy = new byte[length];
    payload.get(check(offset, length), copy);
    return copy;
  }

  /**
   * The attributes behind a fixed structure.
   *
   * @throws MalformedMessage if the structure is not all there, or an attribute ends outside
   */
  public Attributes attributes(int structureLength) {
    int start = Math.min(Netlink.align(structureLength), length());
    check(0, structureLength);
    return Attributes.of(payload.slice(start, length() - start));
  }

  private int check(int offset, int size) {
    if (offset < 0 || size < 0 || offset > length() - size) {
      throw new MalformedMessage(
          "message type %d of %d bytes ends before byte %d"
              .formatted(type, length(), (long) offset + size));
    }
    return offset;
  }

  @Override
  public String toString() {
    byte[] all = bytes(0, length());
    return "message type %d flags 0x%x seq %d %s"
        .formatted(type, flags, sequence, Arrays.toString(all));
  }
}
