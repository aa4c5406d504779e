package io.fairlead.linux.netlink;

/**
 * A veth pair to be made: one end here, the peer born inside another namespace. Moving a link
 * between namespaces costs an RCU grace period; being born there costs nothing.
 *
 * @param hostMac of the end here. A bridge without a MAC of its own takes the lowest of its ports
 * @param namespaceFd of the peer's namespace
 * @param masterIndex the bridge that the end here becomes a port of; 0 for none
 * @param group of the end here; see {@link Links#deleteGroup}
 */
public record Veth(
    String hostName,
    MacAddress hostMac,
    String peerName,
    MacAddress peerMac,
    int namespaceFd,
    int mtuBytes,
    int masterIndex,
    int group) {}
