package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A subnet in CIDR form, canonical: host bits are zero. Prefix length in bits, 0..32 or 0..128 (RFC
 * 4632, RFC 4291).
 */
public record Subnet(InetAddress base, int prefixLength) {
  public Subnet {
    byte[] bytes = base.getAddress();
    if (prefixLength < 0 || prefixLength > bytes.length * 8) {
      throw new InvalidRequest(
          "invalid prefix length /%d for %s".formatted(prefixLength, Addresses.text(base)));
    }
    for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    base = Addresses.ofBytes(bytes);
  }

  /**
   * Reads CIDR text whose host bits are zero. {@link InterfaceAddress#parse} takes others.
   *
   * @throws InvalidRequest {@code invalid subnet 10.0.0.1/24: it should be 10.0.0.0/24}
   */
  public static Subnet parse(String text) {
    InterfaceAddress address = InterfaceAddress.parse(text);
    Subnet subnet = address.subnet();
    if (!subnet.base.equals(address.address())) {
      throw new InvalidRequest("invalid subnet %s: it should be %s".formatted(text, subnet));
    }
    return subnet;
  }

  public boolean isV6() {
    return Addresses.isV6(base);
  }

  public boolean contains(InetAddress address) {
    return Addresses.isV6(address) == isV6() && new Subnet(address, prefixLength).equals(this);
  }

  /** Whether there is an address that is in both. Subnets of different families never overlap. */
  public boolean overlaps(Subnet other) {
    return prefixLength <= other.prefixLength ? contains(other.base) : other.contains(base);
  }

  /** The highest address; in v4, the broadcast address. */
  public InetAddress last() {
    int hostBits = Addresses.bits(base) - prefixLength;
    return Addresses.ofNumber(
        Addresses.number(base).or(BigInteger.ONE.shiftLeft(hostBits).subtract(BigInteger.ONE)),
        isV6());
  }

  /**
   * The lowest address that a host may have. The base itself names the network in v4, and every
   * router in v6 (RFC 4291, 2.6.1); subnets of one or two addresses have neither (RFC 3021, RFC
   * 6164).
   */
  public InetAddress firstHost() {
    return isTiny() ? base : Addresses.ofNumber(Addresses.number(base).add(BigInteger.ONE), isV6());
  }

  /** The highest address that a host may have. */
  public InetAddress lastHost() {
    return isTiny() || isV6()
        ? last()
        : Addresses.ofNumber(Addresses.number(last()).subtract(BigInteger.ONE), false);
  }

  private boolean isTiny() {
    return Addresses.bits(base) - prefixLength < 2;
  }

  @Override
  public String toString() {
    return Addresses.text(base) + "/" + prefixLength;
  }
}
