package io.fairlead.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel reports it.
 *
 * @param kind {@code veth}, {@code bridge}, ...; empty for hardware and {@code lo}
 * @param isUp as set, not whether there is a carrier
 * @param mac null where the link has none of six bytes
 * @param masterIndex the bridge it is a port of; 0 if none
 * @param isHairpin whether its bridge sends a frame back through the port it came by
 * @param isLearning whether its bridge remembers MACs by what comes in through it
 * @param alias empty if it has none
 * @param peerIndex of a veth: the other end's index, in its own namespace; 0 if none
 * @param peerNamespaceId this namespace's number for the namespace that the other end is in; -1 if
 *     it is this one
 */
public record Link(
    int index,
    String name,
    String kind,
    boolean isUp,
    int mtuBytes,
    @Nullable MacAddress mac,
    int masterIndex,
    boolean isHairpin,
    boolean isLearning,
    int group,
    String alias,
    int peerIndex,
    int peerNamespaceId) {}
