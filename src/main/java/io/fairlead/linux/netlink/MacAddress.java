package io.fairlead.linux.netlink;

import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A link-layer address of six bytes.
 *
 * @param bits the 48 bits, the first byte highest
 */
public record MacAddress(long bits) {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(bits));
    }
  }

  /**
   * Reads {@code 02:42:ac:11:00:02}, in either case.
   *
   * @throws IllegalArgumentException for any other form
   */
  public static MacAddress parse(String text) {
    if (text.length() != 17) {
      throw new IllegalArgumentException(text + " is not a MAC address");
    }
    try {
      return ofBytes(COLONS.parseHex(text.toLowerCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(text + " is not a MAC address", e);
    }
  }

  /** A new address with the local bit set and the group bit clear (IEEE 802). */
  public static MacAddress random(RandomGenerator random) {
    return new MacAddress((random.nextLong() & 0xffff_ffff_ffffL & ~(1L << 40)) | (1L << 41));
  }

  static MacAddress ofBytes(byte[] bytes) {
    if (bytes.length != 6) {
      throw new IllegalArgumentException(bytes.length + " bytes are not a MAC address");
    }
    long bits = 0;
    for (byte b : bytes) {
      bits = bits << 8 | (b & 0xff);
    }
    return new MacAddress(bits);
  }

  /** Six bytes, in the order of the wire. */
  public byte[] toBytes() {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (bits >>> (40 - 8 * i));
    }
    return bytes;
  }

  /** Lower-case, colon-separated. */
  @Override
  public String toString() {
    return COLONS.formatHex(toBytes());
  }
}
