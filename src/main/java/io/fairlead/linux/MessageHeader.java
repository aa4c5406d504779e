package io.fairlead.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct msghdr} with one {@code iovec}, and {@code cmsghdr}: offsets and sizes on 64-bit
 * systems (sendmsg(2), cmsg(3)).
 */
final class MessageHeader {
  static final int CMSGHDR_SIZE = 16;

  private static final int MSGHDR_SIZE = 56;
  private static final int NAME = 0;
  private static final int NAMELEN = 8;
  private static final int IOV = 16;
  private static final int IOVLEN = 24;
  private static final int CONTROL = 32;
  private static final int CONTROLLEN = 40;
  private static final int FLAGS = 48;
  private static final int IOVEC_SIZE = 16;
  private static final int IOVEC_LEN = 8;
  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;

  private final MemorySegment header;
  private final MemorySegment vector;

  /**
   * @param data what is sent, or the room for what is received
   * @param control likewise, for control messages
   */
  MessageHeader(Arena arena, MemorySegment data, MemorySegment control) {
    vector = arena.allocate(IOVEC_SIZE, 8);
    header = arena.allocate(MSGHDR_SIZE, 8);
    header.set(ValueLayout.ADDRESS, IOV, vector);
    header.set(ValueLayout.JAVA_LONG, IOVLEN, 1L);
    header.set(ValueLayout.ADDRESS, CONTROL, control);
    header.set(ValueLayout.JAVA_LONG, CONTROLLEN, control.byteSize());
    data(data);
  }

  MemorySegment segment() {
    return header;
  }

  MessageHeader data(MemorySegment data) {
    vector.set(ValueLayout.ADDRESS, 0, data);
    vector.set(ValueLayout.JAVA_LONG, IOVEC_LEN, data.byteSize());
    return this;
  }

  /** Receiving shortens it to what was received. */
  MessageHeader control(MemorySegment control) {
    header.set(ValueLayout.ADDRESS, CONTROL, control);
    header.set(ValueLayout.JAVA_LONG, CONTROLLEN, control.byteSize());
    return this;
  }

  /** The address that the message goes to, or the room for the one that it came from. */
  MessageHeader name(MemorySegment name) {
    header.set(ValueLayout.ADDRESS, NAME, name);
    header.set(ValueLayout.JAVA_INT, NAMELEN, (int) name.byteSize());
    return this;
  }

  int flags() {
    return header.get(ValueLayout.JAVA_INT, FLAGS);
  }

  /** Whether the first control message received is of this kind. */
  boolean hasControl(MemorySegment control, int level, int type) {
    return header.get(ValueLayout.JAVA_LONG, CONTROLLEN) >= CMSGHDR_SIZE
        && control.get(ValueLayout.JAVA_INT, CMSG_LEVEL) == level
        && control.get(ValueLayout.JAVA_INT, CMSG_TYPE) == type;
  }

  /** Room for one control message; its head is written, its data is the caller's. */
  static MemorySegment control(Arena arena, int level, int type, long dataBytes) {
    long length = CMSGHDR_SIZE + dataBytes;
    MemorySegment control = arena.allocate((length + 7) & ~7L, 8);
    control.set(ValueLayout.JAVA_LONG, 0, length);
    control.set(ValueLayout.JAVA_INT, CMSG_LEVEL, level);
    control.set(ValueLayout.JAVA_INT, CMSG_TYPE, type);
    return control;
  }
}
