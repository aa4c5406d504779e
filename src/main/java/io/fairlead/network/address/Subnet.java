package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A subnet in CIDR form, canonical: host bits are zero. Prefix length in bits, 0..32 or 0..128 (RFC
 * 4632, RFC 4291).
 */
public record Subnet(InetAddress base, int prefixLength) {
  public Subnet {
    byte[] bytes = base.getAddress();
    if (prefixLength < 0 || prefixLength > bytes.length * 8) {
      throw new InvalidRequest(
          "invalid prefix length /%d for %s".formatted(prefixLength, base.getHostAddress()));
    }
    for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    try {
      base = InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}
