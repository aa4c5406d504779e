package io.fairlead.network;

import io.fairlead.linux.netlink.MacAddress;
import java.util.random.RandomGenerator;

/**
 * The MAC addresses that we choose. Those of endpoints begin alike, and no other ever so: by that
 * the firewall knows a frame that stays inside its bridge ({@code bridge.nft}).
 */
final class Macs {
  /** The first two of six bytes: a local unicast address (IEEE 802). */
  private static final long ENDPOINT = 0xfa1eL << 32;

  private static final long BEGINNING = 0xffffL << 32;

  private Macs() {}

  static MacAddress ofEndpoint(RandomGenerator random) {
    return new MacAddress(ENDPOINT | (random.nextLong() & ~BEGINNING & 0xffff_ffff_ffffL));
  }

  /** The host's end of a pair: no frame is for it. */
  static MacAddress ofHostEnd(RandomGenerator random) {
    return notAnEndpoints(MacAddress.random(random));
  }

  static boolean isOfEndpoint(MacAddress mac) {
    return (mac.bits() & BEGINNING) == ENDPOINT;
  }

  /**
   * As random as the network's id.
   *
   * @param networkId at least 12 hex digits
   */
  static MacAddress ofBridge(String networkId) {
    long bits = Long.parseLong(networkId.substring(0, 12), 16);
    return notAnEndpoints(new MacAddress((bits & ~(1L << 40)) | (1L << 41)));
  }

  private static MacAddress notAnEndpoints(MacAddress mac) {
    return isOfEndpoint(mac) ? new MacAddress(mac.bits() ^ (1L << 32)) : mac;
  }
}
