package io.fairlead.network.firewall;

import io.fairlead.linux.netlink.SetElements.Family;
import java.util.Locale;

/** Our tables: they have one name, and each the family whose name it bears here. */
public enum FirewallTable {
  /** What is routed, and published. */
  INET(Family.INET),
  /** What happens inside a bridge. */
  BRIDGE(Family.BRIDGE);

  private final Family family;

  FirewallTable(Family family) {
    this.family = family;
  }

  Family family() {
    return family;
  }

  /** The family as nft writes it. */
  public String nftFamily() {
    return name().toLowerCase(Locale.ROOT);
  }
}
