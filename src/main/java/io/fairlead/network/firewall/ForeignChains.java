package io.fairlead.network.firewall;

import io.fairlead.linux.LegacyTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The firewalls of others, as far as they concern us.
 *
 * @param drops their chains that drop what is forwarded
 * @param places their chains for rules of others, whether they drop or not
 * @param bridges of a dockerd, once {@link #among} has told them from other links: an accept of
 *     ours shall not open what its rules keep apart
 * @param haveSay whether any rule or policy of theirs is asked about what is forwarded, be it on
 *     the way in or out
 */
public record ForeignChains(
    List<ForeignDrop> drops, List<ForeignChain> places, List<String> bridges, boolean haveSay) {
  public static final ForeignChains NONE =
      new ForeignChains(List.of(), List.of(), List.of(), false);

  /** nft's command whose answer {@link #in} reads. */
  public static final String LISTING = "list chains";

  /** Docker's, ufw's for v4 and ufw's for v6. */
  private static final List<String> USER_CHAINS =
      List.of("DOCKER-USER", "ufw-user-forward", "ufw6-user-forward");

  private static final String DOCKERS_CHAINS = "DOCKER";
  private static final Pattern DOCKERS_BRIDGES = Pattern.compile("docker0|br-[0-9a-f]{12}");
  private static final String LEGACY_FORWARD = "FORWARD";
  private static final String LEGACY_NAT = "nat";
  private static final Pattern TABLE = Pattern.compile("table (\\S+) (\\S+) \\{.*");
  private static final Pattern CHAIN = Pattern.compile("\\s+chain (\\S+) \\{.*");
  private static final Pattern FILTER =
      Pattern.compile(
          "\\s+type filter hook (prerouting|forward|postrouting) priority [^;]*; policy (\\w+);.*");

  /** A table of an engine like this one: {@code fairlead_ID}. */
  private static final String OURS = "fairlead_";

  public ForeignChains {
    drops = List.copyOf(drops);
    places = List.copyOf(places);
    bridges = List.copyOf(bridges);
  }

  /**
   * The same, with those of a host's bridges that a dockerd has made: docker0, and a network's id;
   * or its rules name them.
   */
  public ForeignChains among(Stream<String> hostsBridges) {
    List<String> dockers =
        hostsBridges
            .filter(name -> DOCKERS_BRIDGES.matcher(name).matches() || bridges.contains(name))
            .sorted()
            .toList();
    return new ForeignChains(drops, places, dockers, haveSay);
  }

  /**
   * What nft shows.
   *
   * @param nft answers further listings; empty where there is no such thing any more
   */
  public static ForeignChains in(String listing, UnaryOperator<String> nft) {
    var rules = new ForeignRules(nft);
    return tables(listing).stream()
        .filter(table -> !table.name().startsWith(OURS))
        .map(table -> table.read(rules))
        .reduce(NONE, ForeignChains::with);
  }

  /**
   * What it does not show.
   *
   * @param isInstalled asked for the tools without which there is no place for a rule of ours
   */
  public static ForeignChains in(List<LegacyTable> tables, Predicate<String> isInstalled) {
    return tables.stream().map(table -> read(table, isInstalled)).reduce(NONE, ForeignChains::with);
  }

  public ForeignChains with(ForeignChains others) {
    return new ForeignChains(
        Stream.concat(drops.stream(), others.drops.stream()).toList(),
        Stream.concat(places.stream(), others.places.stream()).toList(),
        Stream.concat(bridges.stream(), others.bridges.stream()).toList(),
        haveSay || others.haveSay);
  }

  /**
   * Of one table: its chains, and those that see what is forwarded.
   *
   * @param dropping by their policy
   * @param accepting by their policy; their rules may end otherwise
   * @param beside those of the hooks before and behind
   */
  private record Table(
      String family,
      String name,
      List<String> chains,
      List<String> dropping,
      List<String> accepting,
      List<String> beside) {
    static Table empty(String family, String name) {
      return new Table(
          family, name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    List<String> of(String hook, String policy) {
      if (!hook.equals("forward")) {
        return beside;
      }
      return policy.equals("drop") ? dropping : accepting;
    }

    ForeignChains read(ForeignRules rules) {
      List<ForeignChain> places = places(chains).<ForeignChain>map(this::chain).toList();
      Stream<ForeignChain.Nft> dropsAtEnd =
          accepting.stream()
              .map(this::chain)
              .filter(chain -> rules.end(chain) == ForeignRules.End.DROPPED);
      return new ForeignChains(
          Stream.concat(dropping.stream().map(this::chain), dropsAtEnd)
              .map(chain -> drop(chain, places.stream().findFirst(), rules))
              .toList(),
          places,
          chains.stream()
              .filter(ForeignChains::isDockers)
              .map(this::chain)
              .flatMap(rules::names)
              .toList(),
          !dropping.isEmpty()
              || Stream.of(accepting, beside)
                  .flatMap(List::stream)
                  .map(this::chain)
                  .anyMatch(rules::areIn));
    }

    private ForeignChain.Nft chain(String chain) {
      return new ForeignChain.Nft(family, name, chain);
    }

    private static ForeignDrop drop(
        ForeignChain.Nft chain, Optional<ForeignChain> place, ForeignRules rules) {
      var drop =
          new ForeignDrop(chain, place, place.isEmpty() && rules.acceptsOurMark(chain), Set.of());
      return drop.isFirewalld()
          ? new ForeignDrop(chain, place, drop.isAnswered(), rules.interfaces(chain))
          : drop;
    }
  }

  private static ForeignChains read(LegacyTable table, Predicate<String> isInstalled) {
    List<ForeignChain> places =
        places(table.chains().keySet())
            .map(chain -> new ForeignChain.Legacy(table.isV6(), table.name(), chain))
            .filter(chain -> isInstalled.test(chain.tool()))
            .<ForeignChain>map(chain -> chain)
            .toList();
    boolean isAnswered =
        places.isEmpty()
            && table
                .chains()
                .getOrDefault(LEGACY_FORWARD, LegacyTable.Chain.EMPTY)
                .comments()
                .contains(ForeignChain.REMEDY);
    Stream<ForeignDrop> drops =
        Stream.of(new ForeignChain.Legacy(table.isV6(), table.name(), LEGACY_FORWARD))
            .filter(_ -> table.dropsForwarded())
            .map(
                chain -> new ForeignDrop(chain, places.stream().findFirst(), isAnswered, Set.of()));
    return new ForeignChains(
        drops.toList(),
        places,
        table.chains().entrySet().stream()
            .filter(chain -> isDockers(chain.getKey()))
            .flatMap(chain -> chain.getValue().outLinks().stream())
            .toList(),
        table.hasRules() && !table.name().equals(LEGACY_NAT));
  }

  private static Stream<String> places(Collection<String> chains) {
    return USER_CHAINS.stream().filter(chains::contains);
  }

  /** A dockerd's own chains, not the one in which others may name what they like. */
  private static boolean isDockers(String chain) {
    return chain.startsWith(DOCKERS_CHAINS) && !USER_CHAINS.contains(chain);
  }

  private static List<Table> tables(String listing) {
    var tables = new ArrayList<Table>();
    for (String line : listing.lines().toList()) {
      Matcher table = TABLE.matcher(line);
      Matcher chain = CHAIN.matcher(line);
      Matcher filter = FILTER.matcher(line);
      if (table.matches()) {
        tables.add(Table.empty(table.group(1), table.group(2)));
      } else if (chain.matches()) {
        tables.getLast().chains().add(chain.group(1));
      } else if (filter.matches()) {
        Table last = tables.getLast();
        last.of(filter.group(1), filter.group(2)).add(last.chains().getLast());
      }
    }
    return tables;
  }
}
