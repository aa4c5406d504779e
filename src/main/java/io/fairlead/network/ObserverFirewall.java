package io.fairlead.network;

import io.fairlead.EngineFault;
import io.fairlead.linux.LegacyTable;
import io.fairlead.linux.Nftables;
import io.fairlead.linux.Programs;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.ForeignChain;
import io.fairlead.network.firewall.ForeignChains;
import io.fairlead.network.firewall.Ruleset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The observer's hand for the firewall: our tables, and what of others' concerns us. */
final class ObserverFirewall implements AutoCloseable {
  private final Marks marks;
  private final Ruleset ruleset;
  private final Nftables nftables;
  private final NetlinkSocket links;

  /**
   * @param nftables closed with this
   * @param links of the host; the caller's
   */
  ObserverFirewall(Marks marks, Ruleset ruleset, Nftables nftables, NetlinkSocket links) {
    this.marks = marks;
    this.ruleset = ruleset;
    this.nftables = nftables;
    this.links = links;
  }

  Optional<Fact> skeleton(FirewallTable table) {
    return listing(table, Set.of(Nftables.Output.STATELESS, Nftables.Output.TERSE))
        .map(text -> new Fact.Skeleton(table, Ruleset.rulesIn(text)));
  }

  /** With its elements, without counts; empty if there is no such table. */
  Optional<String> listing(FirewallTable table) {
    return listing(table, Set.of(Nftables.Output.STATELESS));
  }

  private Optional<String> listing(FirewallTable table, Set<Nftables.Output> output) {
    try {
      return Optional.of(nftables.run(ruleset.list(table), output));
    } catch (EngineFault e) {
      return Optional.empty();
    }
  }

  /** The firewalls of others. */
  ForeignChains foreignChains() {
    return ForeignChains.in(nftables.run(ForeignChains.LISTING), this::listing)
        .with(ForeignChains.in(LegacyTable.all(), program -> Programs.find(program).isPresent()))
        .among(
            Links.all(links).stream()
                .filter(link -> link.kind().equals("bridge") && !marks.isOurs(link.alias()))
                .map(Link::name));
  }

  private String listing(String command) {
    try {
      return nftables.run(command, Set.of(Nftables.Output.STATELESS));
    } catch (EngineFault e) {
      // It went in between.
      return "";
    }
  }

  boolean has(Fact.ForeignRule rule) {
    return switch (rule.chain()) {
      case ForeignChain.Nft nft -> has(nft);
      case ForeignChain.Legacy legacy ->
          LegacyTable.all().stream()
              .filter(legacy::isIn)
              .flatMap(table -> Optional.ofNullable(table.chains().get(legacy.name())).stream())
              .anyMatch(chain -> chain.comments().contains(marks.foreignRule()));
    };
  }

  private boolean has(ForeignChain.Nft chain) {
    try {
      String listing = nftables.run(chain.listing(), Set.of(Nftables.Output.HANDLE));
      return chain.deleteRule(listing, marks.foreignRule()).isPresent();
    } catch (EngineFault e) {
      // No such chain.
      return false;
    }
  }

  List<FirewallElement> elements() {
    return Arrays.stream(FirewallTable.values())
        .flatMap(table -> listing(table).stream())
        .flatMap(text -> Ruleset.elementsIn(text).stream())
        .toList();
  }

  /**
   * In an interval map nft answers with the element that contains the key; only the same one
   * counts.
   */
  Optional<Fact> element(Fact.Element asked) {
    try {
      String listing =
          nftables.run(ruleset.get(asked.element()), Set.of(Nftables.Output.STATELESS));
      return Ruleset.elementsIn(listing).stream()
          .filter(element -> element.key().equals(asked.element().key()))
          .<Fact>map(Fact.Element::new)
          .findFirst();
    } catch (EngineFault e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    nftables.close();
  }
}
