package io.fairlead.store;

import java.util.List;

/**
 * One sandbox's place on one network.
 *
 * @param id 64 hex digits
 * @param interfaceName inside the sandbox, {@code eth0} and on
 * @param hostLink the veth's host end
 * @param mac lower-case, colon-separated
 * @param leases the addresses it holds on the network, address text, at most one for each family
 * @param isGateway4 whether the sandbox's v4 default route is through this endpoint
 */
public record EndpointRow(
    String id,
    String sandboxId,
    String networkId,
    String interfaceName,
    String hostLink,
    String mac,
    List<String> leases,
    boolean isGateway4,
    boolean isGateway6) {

  /** The same with these addresses. */
  public EndpointRow withLeases(List<String> addresses) {
    return new EndpointRow(
        id, sandboxId, networkId, interfaceName, hostLink, mac, addresses, isGateway4, isGateway6);
  }
}
