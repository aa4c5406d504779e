package io.fairlead.network.firewall;

import io.fairlead.network.address.Addresses;
import java.math.BigInteger;
import java.net.InetAddress;

/** Elements that say who may send from an address inside a bridge. */
public final class Senders {
  private Senders() {}

  /** The address is somebody's: only its senders may use it. */
  public static FirewallElement leased(InetAddress address) {
    return FirewallElement.of(
        Addresses.isV6(address) ? FirewallMap.LEASED6 : FirewallMap.LEASED4, text(address));
  }

  /**
   * @param hostEnd the port of the bridge by which frames from the address may come
   */
  public static FirewallElement sender(String hostEnd, InetAddress address) {
    return FirewallElement.of(
        Addresses.isV6(address) ? FirewallMap.SENDERS6 : FirewallMap.SENDERS4,
        "\"%s\" . %s".formatted(hostEnd, text(address)));
  }

  /** v6 as nft prints a number. */
  private static String text(InetAddress address) {
    return Addresses.isV6(address)
        ? "0x" + new BigInteger(1, address.getAddress()).toString(16)
        : Addresses.text(address);
  }
}
