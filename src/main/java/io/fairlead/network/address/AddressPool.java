package io.fairlead.network.address;

import java.net.InetAddress;
import java.util.Set;

/**
 * Where a network's addresses of one family come from.
 *
 * @param reserved addresses that no endpoint gets: the gateway
 */
public record AddressPool(
    String networkId, String networkName, Subnet subnet, Set<InetAddress> reserved) {
  public AddressPool {
    reserved = Set.copyOf(reserved);
  }
}
