package io.fairlead.network;

import io.fairlead.network.firewall.ForeignAccept;
import io.fairlead.network.firewall.ForeignChains;
import io.fairlead.network.firewall.ForeignDrop;
import java.util.List;
import java.util.Optional;

/**
 * The firewalls of others that drop what is forwarded, as they were last seen, and what we want to
 * have in them.
 */
final class ForeignFirewalls {
  private final boolean leaves;
  private volatile ForeignChains chains = ForeignChains.NONE;

  /**
   * @param leaves whether they are left alone: what would have to be done is then only said
   */
  ForeignFirewalls(boolean leaves) {
    this.leaves = leaves;
  }

  void seen(ForeignChains now) {
    chains = now;
  }

  /** None where they are left alone, and in none that has no place for it. */
  List<Fact> wanted() {
    return leaves
        ? List.of()
        : chains.drops().stream()
            .flatMap(drop -> drop.place().stream())
            .distinct()
            .<Fact>map(Fact.ForeignRule::new)
            .toList();
  }

  /** What was seen and what is done about it, a line each. */
  List<String> findings() {
    return chains.drops().stream().map(this::finding).toList();
  }

  private String finding(ForeignDrop drop) {
    Optional<ForeignAccept> place = drop.place();
    if (place.isPresent() && !leaves) {
      return "chain %s drops what is forwarded: one rule in %s accepts what this engine forwards"
          .formatted(drop, place.get());
    }
    var remedy =
        place.orElseGet(() -> new ForeignAccept(drop.family(), drop.table(), drop.chain()));
    return "chain %s drops what is forwarded, and %s: published ports are not reached from other hosts, nor other hosts from containers; run: nft '%s'"
        .formatted(
            drop,
            place.isPresent()
                ? "--foreign-firewall is leave"
                : "its firewall has no chain for rules of others",
            remedy.insertion("fairlead"));
  }
}
