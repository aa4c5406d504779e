package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * An Ethernet address.
 *
 * @param bits its 48 bits, the first byte highest
 */
public record MacAddress(long bits) {
  private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
  private static final long MULTICAST = 1L << 40;
  private static final long LOCAL = 1L << 41;
  private static final int LENGTH = 6;

  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new InvalidRequest("a MAC address has 48 bits, not %x".formatted(bits));
    }
  }

  /**
   * @throws InvalidRequest {@code invalid MAC address: x}
   */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new InvalidRequest("invalid MAC address: " + text);
    }
    return ofBytes(COLONS.parseHex(text));
  }

  /**
   * @param bytes six, in the order they have on the wire
   */
  public static MacAddress ofBytes(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new InvalidRequest("a MAC address has 6 bytes, not " + bytes.length);
    }
    long bits = 0;
    for (byte b : bytes) {
      bits = (bits << 8) | (b & 0xff);
    }
    return new MacAddress(bits);
  }

  /** A random unicast address out of those that no vendor assigns (IEEE 802, the local bit). */
  public static MacAddress random(RandomGenerator random) {
    return new MacAddress(((random.nextLong() >>> 16) & ~MULTICAST) | LOCAL);
  }

  public byte[] bytes() {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = (byte) (bits >>> (8 * (LENGTH - 1 - i)));
    }
    return bytes;
  }

  /** Lower-case and colon-separated. */
  @Override
  public String toString() {
    return COLONS.formatHex(bytes());
  }
}
