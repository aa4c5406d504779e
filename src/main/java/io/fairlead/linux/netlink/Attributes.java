package io.fairlead.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a message or of a nest, by type; the first of a type counts. All lengths are
 * checked when it is made, so that reading cannot leave the bytes. An absent attribute reads as the
 * given default, as null, or as an empty nest.
 */
public final class Attributes {
  private static final Attributes NONE = new Attributes(ByteBuffer.allocate(0));

  private final ByteBuffer bytes;

  private Attributes(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static Attributes of(ByteBuffer bytes) {
    var attributes = new Attributes(bytes.order(ByteOrder.nativeOrder()));
    int at = 0;
    while (at < bytes.limit()) {
      int left = bytes.limit() - at;
      int length = left < Netlink.NLA_HDRLEN ? left : attributes.lengthAt(at);
      if (length < Netlink.NLA_HDRLEN || length > left) {
        throw new MalformedMessage(
            "attribute of %d bytes at %d of %d".formatted(length, at, bytes.limit()));
      }
      at += Netlink.align(length);
    }
    return attributes;
  }

  public boolean has(int type) {
    return find(type) >= 0;
  }

  public int u8(int type, int absent) {
    int at = value(type, 1);
    return at < 0 ? absent : bytes.get(at) & 0xff;
  }

  public int u16Be(int type, int absent) {
    int at = value(type, 2);
    return at < 0 ? absent : (bytes.get(at) & 0xff) << 8 | (bytes.get(at + 1) & 0xff);
  }

  public int u32(int type, int absent) {
    int at = value(type, 4);
    return at < 0 ? absent : bytes.getInt(at);
  }

  /** A string, up to its NUL where it has one. */
  public String string(int type, String absent) {
    byte[] value = bytes(type);
    if (value == null) {
      return absent;
    }
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    return new String(value, 0, end, StandardCharsets.UTF_8);
  }

  public byte @Nullable [] bytes(int type) {
    int at = find(type);
    if (at < 0) {
      return null;
    }
    byte[] copy = new byte[lengthAt(at) - Netlink.NLA_HDRLEN];
    bytes.get(at + Netlink.NLA_HDRLEN, copy);
    return copy;
  }

  /** An address of 4 or 16 bytes. */
  public @Nullable InetAddress address(int type) {
    byte[] value = bytes(type);
    return value == null ? null : inetAddress(value);
  }

  /** The attributes within one. */
  public Attributes nested(int type) {
    int at = find(type);
    return at < 0
        ? NONE
        : of(bytes.slice(at + Netlink.NLA_HDRLEN, lengthAt(at) - Netlink.NLA_HDRLEN));
  }

  static InetAddress inetAddress(byte[] value) {
    try {
      return InetAddress.getByAddress(value);
    } catch (UnknownHostException e) {
      throw new MalformedMessage(value.length + " bytes are not an IP address");
    }
  }

  private int value(int type, int size) {
    int at = find(type);
    if (at >= 0 && lengthAt(at) - Netlink.NLA_HDRLEN < size) {
      throw new MalformedMessage(
          "attribute %d has %d bytes, not %d"
              .formatted(type, lengthAt(at) - Netlink.NLA_HDRLEN, size));
    }
    return at < 0 ? at : at + Netlink.NLA_HDRLEN;
  }

  private int find(int type) {
    for (int at = 0; at < bytes.limit(); at += Netlink.align(lengthAt(at))) {
      if ((bytes.getShort(at + 2) & Netlink.NLA_TYPE_MASK) == type) {
        return at;
      }
    }
    return -1;
  }

  private int lengthAt(int at) {
    return bytes.getShort(at) & 0xffff;
  }
}
