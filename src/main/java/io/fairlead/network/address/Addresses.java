package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * IP addresses as text and as numbers. The text is canonical (RFC 5952 for v6, which {@link
 * InetAddress} does not print), so that equal addresses are equal texts.
 */
public final class Addresses {
  /** Four decimal bytes without leading zeros: the JDK would take 1.2.3 and 010.0.0.1 too. */
  private static final Pattern V4 =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private Addresses() {}

  /**
   * Reads a literal; names are never looked up.
   *
   * @throws InvalidRequest {@code invalid IP address: x}
   */
  public static InetAddress parse(String text) {
    if (V4.matcher(text).matches() || V6.matcher(text).matches()) {
      try {
        return InetAddress.ofLiteral(text);
      } catch (IllegalArgumentException e) {
        throw new InvalidRequest("invalid IP address: " + text, e);
      }
    }
    throw new InvalidRequest("invalid IP address: " + text);
  }

  /** The canonical text, without a zone. */
  public static String text(InetAddress address) {
    return address instanceof Inet6Address v6 ? text(v6) : address.getHostAddress();
  }

  public static boolean isV6(InetAddress address) {
    return address instanceof Inet6Address;
  }

  static int bits(InetAddress address) {
    return isV6(address) ? 128 : 32;
  }

  static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  /**
   * @param number not negative, and no longer than the family's addresses
   */
  static InetAddress ofNumber(BigInteger number, boolean isV6) {
    byte[] address = new byte[isV6 ? 16 : 4];
    byte[] digits = number.toByteArray();
    int length = Math.min(digits.length, address.length);
    System.arraycopy(digits, digits.length - length, address, address.length - length, length);
    return ofBytes(address);
  }

  static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  private static String text(Inet6Address address) {
    byte[] bytes = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int longestStart = -1;
    int longestLength = 1; // a single zero group is written out (RFC 5952, 4.2.2)
    for (int start = 0; start < groups.length; start++) {
      int end = start;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - start > longestLength) {
        longestStart = start;
        longestLength = end - start;
      }
    }
    var text = new StringBuilder();
    for (int i = 0; i < groups.length; i++) {
      if (i == longestStart) {
        text.append("::");
        i += longestLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
