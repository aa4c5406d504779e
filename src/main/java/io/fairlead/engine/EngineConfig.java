package io.fairlead.engine;

import io.fairlead.linux.NetNamespace;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an engine is given; nothing else is read from the machine's configuration.
 *
 * @param host the engine's host: the namespace that gets the bridge and whose ports are published
 * @param bridge the default bridge's name; empty: chosen ({@code docker0}, else {@code fairlead0}
 *     and on)
 * @param bip the default bridge's address in CIDR form ({@code 172.17.0.1/16}); empty: chosen
 * @param ipv6 whether the default bridge has v6 too
 * @param fixedCidrV6 the default bridge's v6 subnet; empty: one of its own, out of fd00::/8
 * @param mtuBytes empty: that of the host's default route
 * @param runtime {@code auto}, {@code crun}, {@code runc}, or a path
 * @param leavesForeignFirewalls whether no accept of ours goes into other firewalls that drop what
 *     is forwarded
 */
public record EngineConfig(
    Path dataRoot,
    Path execRoot,
    NetNamespace host,
    Optional<String> bridge,
    Optional<String> bip,
    boolean ipv6,
    Optional<String> fixedCidrV6,
    Optional<Integer> mtuBytes,
    String runtime,
    boolean leavesForeignFirewalls) {

  /** All that may be chosen is the engine's to choose. */
  public static EngineConfig usual(Path dataRoot, Path execRoot, NetNamespace host) {
    return new EngineConfig(
        dataRoot,
        execRoot,
        host,
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        "auto",
        false);
  }
}
