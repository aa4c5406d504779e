package io.fairlead.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * One element of an nf_tables set or map, as the kernel has it: fields in network byte order, each
 * padded to four bytes.
 */
public final class SetElement {
  private static final byte[] NONE = {};

  final byte[] key;
  final byte @Nullable [] keyEnd;
  final byte[] data;
  final boolean isRangeEnd;

  private SetElement(byte[] key, byte @Nullable [] keyEnd, byte[] data, boolean isRangeEnd) {
    this.key = key;
    this.keyEnd = keyEnd;
    this.data = data;
    this.isRangeEnd = isRangeEnd;
  }

  /**
   * @param data what a map answers; empty in a set
   */
  public static SetElement of(byte[] key, byte[] data) {
    return new SetElement(key, null, data, false);
  }

  /** A range in a set of concatenated values, both ends included, field by field. */
  public static SetElement range(byte[] first, byte[] last, byte[] data) {
    return new SetElement(first, last, data, false);
  }

  /** The first key behind a range, in a set of single values; an element {@link #of} begins it. */
  public static SetElement endOfRange(byte[] behind) {
    return new SetElement(behind, null, NONE, true);
  }
}
