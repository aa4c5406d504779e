package io.fairlead.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Writes one message: first the fixed structure of its family, field by field, then attributes.
 * Numbers are in native byte order except where the method's name ends in {@code Be}.
 */
public final class MessageWriter {
  private final int type;
  private final int flags;
  private ByteBuffer body = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

  /**
   * @param type as {@code RTM_NEWLINK}
   * @param flags beyond those that the socket sets (request, ack, dump), as {@code NLM_F_CREATE}
   */
  public MessageWriter(int type, int flags) {
    this.type = type;
    this.flags = flags;
  }

  public MessageWriter u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  public MessageWriter u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  public MessageWriter u16Be(int value) {
    return u8(value >>> 8).u8(value);
  }

  public MessageWriter u32(int value) {
    room(4).putInt(value);
    return this;
  }

  public MessageWriter bytes(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  public MessageWriter zeros(int count) {
    return bytes(new byte[count]);
  }

  /** An attribute whose value is these bytes. */
  public MessageWriter attribute(int attribute, byte[] value) {
    return attribute(attribute, content -> content.bytes(value));
  }

  public MessageWriter attributeU8(int attribute, int value) {
    return attribute(attribute, content -> content.u8(value));
  }

  public MessageWriter attributeU16(int attribute, int value) {
    return attribute(attribute, content -> content.u16(value));
  }

  public MessageWriter attributeU16Be(int attribute, int value) {
    return attribute(attribute, content -> content.u16Be(value));
  }

  public MessageWriter attributeU32(int attribute, int value) {
    return attribute(attribute, content -> content.u32(value));
  }

  public MessageWriter attributeU32Be(int attribute, int value) {
    return attribute(attribute, content -> content.u16Be(value >>> 16).u16Be(value));
  }

  /** A string that ends in NUL, as NLA_NUL_STRING wants it. */
  public MessageWriter attributeString(int attribute, String value) {
    return attribute(
        attribute, content -> content.bytes(value.getBytes(StandardCharsets.UTF_8)).u8(0));
  }

  /** An attribute that holds attributes, marked so (NLA_F_NESTED). */
  public MessageWriter nested(int attribute, Consumer<MessageWriter> content) {
    return attribute(attribute | Netlink.NLA_F_NESTED, content);
  }

  /** An attribute with whatever the content writes: a structure, or attributes without the mark. */
  public MessageWriter attribute(int attribute, Consumer<MessageWriter> content) {
    int start = body.position();
    u16(0).u16(attribute);
    content.accept(this);
    int length = body.position() - start;
    if (length > 0xffff) {
      throw new IllegalArgumentException(
          "attribute %d of %d bytes: at most 65535 fit".formatted(attribute, length));
    }
    body.putShort(start, (short) length);
    return zeros(Netlink.align(length) - length);
  }

  /**
   * The message as written so far.
   *
   * @param operation and object: for the exception when the kernel refuses it
   */
  public Request request(String operation, String object) {
    return new Request(
        operation, object, type, flags, Arrays.copyOf(body.array(), body.position()));
  }

  private ByteBuffer room(int count) {
    if (body.remaining() < count) {
      int size = Math.max(body.capacity() * 2, body.position() + count);
      body = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder()).put(body.flip());
    }
    return body;
  }
}
