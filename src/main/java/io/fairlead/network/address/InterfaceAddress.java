package io.fairlead.network.address;

import io.fairlead.InvalidRequest;
import java.net.InetAddress;
import java.util.regex.Pattern;

/** An address of an interface with the prefix length of its subnet: {@code 172.17.0.2/16}. */
public record InterfaceAddress(InetAddress address, int prefixLength) {
  private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");

  public InterfaceAddress {
    if (prefixLength < 0 || prefixLength > Addresses.bits(address)) {
      throw new InvalidRequest(
          "invalid prefix length /%d for %s".formatted(prefixLength, Addresses.text(address)));
    }
  }

  /**
   * @throws InvalidRequest {@code invalid CIDR address: x}
   */
  public static InterfaceAddress parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !LENGTH.matcher(text.substring(slash + 1)).matches()) {
      throw new InvalidRequest(
          "invalid CIDR address: %s: an address, a slash and a prefix length are expected"
              .formatted(text));
    }
    try {
      return new InterfaceAddress(
          Addresses.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    } catch (InvalidRequest e) {
      throw new InvalidRequest("invalid CIDR address: %s: %s".formatted(text, e.getMessage()), e);
    }
  }

  public Subnet subnet() {
    return new Subnet(address, prefixLength);
  }

  @Override
  public String toString() {
    return Addresses.text(address) + "/" + prefixLength;
  }
}
