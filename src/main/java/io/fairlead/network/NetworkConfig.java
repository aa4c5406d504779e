package io.fairlead.network;

import io.fairlead.linux.NetNamespace;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the network room is given.
 *
 * @param engineId 8 hex digits
 * @param execRoot a shared mount; pins are made below it
 * @param leavesForeignFirewalls whether no accept of ours goes into other firewalls
 */
public record NetworkConfig(
    String engineId,
    Path execRoot,
    NetNamespace host,
    Optional<String> bridge,
    Optional<String> bip,
    boolean ipv6,
    Optional<String> fixedCidrV6,
    Optional<Integer> mtuBytes,
    boolean leavesForeignFirewalls) {}
