package io.fairlead.network.firewall;

import java.util.Optional;
import java.util.Set;

/**
 * A chain of somebody else's that drops or rejects what is forwarded unless a rule of its own
 * accepts it. No accept of ours can undo that, in whatever table and at whatever priority.
 *
 * @param place where its firewall takes rules of others; empty: nowhere
 * @param isAnswered whether somebody has put in a rule that accepts what bears our mark; looked for
 *     where there is no place
 * @param interfaces that firewalld has in a zone; none elsewhere
 */
public record ForeignDrop(
    ForeignChain chain, Optional<ForeignChain> place, boolean isAnswered, Set<String> interfaces) {
  private static final ForeignChain FIREWALLD =
      new ForeignChain.Nft("inet", "firewalld", "filter_FORWARD");

  public ForeignDrop {
    interfaces = Set.copyOf(interfaces);
  }

  public boolean isFirewalld() {
    return chain.equals(FIREWALLD);
  }
}
