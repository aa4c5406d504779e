package io.fairlead.network;

import io.fairlead.network.address.Subnet;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallMap;
import io.fairlead.network.firewall.ForeignChain;
import io.fairlead.network.firewall.ForeignChains;
import io.fairlead.network.firewall.ForeignDrop;
import io.fairlead.store.NetworkRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The firewalls of others that are asked about what is forwarded, as they were last seen, and what
 * we want to have in those that drop it.
 */
final class ForeignFirewalls {
  private static final String DOCKERS_BRIDGE = "docker0";
  private static final String DOCKERS_CHAIN = "DOCKER-USER";

  private final boolean leaves;
  private volatile ForeignChains chains = ForeignChains.NONE;

  /**
   * What of ours they may stand in the way of.
   *
   * @param hasIpv6 whether any network forwards IPv6
   */
  record Ours(List<String> bridges, boolean hasIpv6) {
    Ours {
      bridges = List.copyOf(bridges);
    }

    static Ours of(List<NetworkRow> networks) {
      return new Ours(
          networks.stream().map(NetworkRow::link).filter(link -> !link.isEmpty()).toList(),
          networks.stream()
              .flatMap(row -> row.subnets().stream())
              .anyMatch(row -> Subnet.parse(row.subnet()).isV6()));
    }

    private boolean areMetBy(ForeignDrop drop) {
      return hasIpv6 || !drop.chain().isV6Alone();
    }
  }

  /**
   * @param leaves whether they are left alone: what would have to be done is then only said
   */
  ForeignFirewalls(boolean leaves) {
    this.leaves = leaves;
  }

  void seen(ForeignChains now) {
    chains = now;
  }

  /**
   * Rules in them, where they are not left alone and have a place for it; and in our own table the
   * bridges of a dockerd, which such a rule is not to open.
   */
  List<Fact> wanted(Ours ours) {
    Stream<Fact> rules =
        chains.drops().stream()
            .filter(drop -> !leaves && ours.areMetBy(drop))
            .flatMap(drop -> drop.place().stream())
            .distinct()
            .map(Fact.ForeignRule::new);
    Stream<Fact> bridges =
        chains.bridges().stream()
            .map(name -> FirewallElement.of(FirewallMap.FOREIGN_BRIDGES, "\"" + name + "\""))
            .map(Fact.Element::new);
    return Stream.concat(rules, bridges).toList();
  }

  /** Whether any is asked about what is forwarded. */
  boolean haveSay() {
    return chains.haveSay();
  }

  /** Whether a fact is one of those that are wanted because of them. */
  static boolean isAboutOthers(Fact fact) {
    return fact instanceof Fact.ForeignRule
        || (fact instanceof Fact.Element(FirewallElement element)
            && element.map() == FirewallMap.FOREIGN_BRIDGES);
  }

  /** What was seen and what is done about it, a line each. */
  List<String> findings(Ours ours) {
    var findings = new ArrayList<String>();
    chains.drops().stream()
        .filter(ours::areMetBy)
        .map(drop -> finding(drop, ours))
        .forEach(findings::add);
    boolean isShared =
        ours.bridges().contains(DOCKERS_BRIDGE)
            && chains.places().stream().anyMatch(place -> place.name().equals(DOCKERS_CHAIN));
    if (isShared) {
      findings.add(
          "a dockerd came later, and takes the bridge docker0, which is this engine's, for its own unless it is told otherwise: both would give the same addresses; run dockerd with --bridge or --bip of its own, or this engine with --bridge fairlead0 once its containers are removed");
    }
    return findings;
  }

  private String finding(ForeignDrop drop, Ours ours) {
    return "chain %s drops what is forwarded%s".formatted(drop.chain(), consequence(drop, ours));
  }

  private String consequence(ForeignDrop drop, Ours ours) {
    Optional<ForeignChain> place = drop.place();
    if (place.isPresent() && !leaves) {
      return ": one rule in %s accepts what this engine forwards".formatted(place.get());
    }
    boolean isInZones = drop.isFirewalld() && drop.interfaces().containsAll(ours.bridges());
    if (drop.isAnswered() || isInZones) {
      return ", and has a rule for what this engine forwards";
    }
    if (drop.isFirewalld()) {
      return " from interfaces in no zone: containers do not reach other hosts; run: %s && firewall-cmd --reload"
          .formatted(
              ours.bridges().stream()
                  .map("firewall-cmd --permanent --zone=trusted --add-interface=%s"::formatted)
                  .collect(Collectors.joining(" && ")));
    }
    return ", and %s: published ports are not reached from other hosts, nor other hosts from containers; run: %s"
        .formatted(
            place.isPresent()
                ? "--foreign-firewall is leave"
                : "its firewall has no chain for rules of others",
            place.orElse(drop.chain()).insertion(ForeignChain.REMEDY));
  }
}
