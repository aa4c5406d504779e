package io.fairlead.network.firewall;

import java.util.Optional;

/**
 * A chain of somebody else's that drops what is forwarded unless a rule of its own accepts it. No
 * accept of ours can undo that drop, in whatever table and at whatever priority.
 *
 * @param family {@code ip}, {@code ip6}, {@code inet}
 * @param place where its firewall takes rules of others; empty: nowhere
 */
public record ForeignDrop(
    String family, String table, String chain, Optional<ForeignAccept> place) {
  @Override
  public String toString() {
    return "%s %s %s".formatted(family, table, chain);
  }
}
