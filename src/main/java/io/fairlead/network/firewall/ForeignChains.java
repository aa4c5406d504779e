package io.fairlead.network.firewall;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The firewalls of others, as far as they concern us.
 *
 * @param drops their chains that drop what is forwarded
 * @param places their chains for rules of others, whether they drop or not
 */
public record ForeignChains(List<ForeignDrop> drops, List<ForeignAccept> places) {
  public static final ForeignChains NONE = new ForeignChains(List.of(), List.of());

  /** nft's command whose answer {@link #in} reads. */
  public static final String LISTING = "list chains";

  /** Docker's, ufw's for v4 and ufw's for v6. */
  private static final List<String> USER_CHAINS =
      List.of("DOCKER-USER", "ufw-user-forward", "ufw6-user-forward");

  private static final Pattern TABLE = Pattern.compile("table (\\S+) (\\S+) \\{.*");
  private static final Pattern CHAIN = Pattern.compile("\\s+chain (\\S+) \\{.*");
  private static final Pattern DROP =
      Pattern.compile("\\s+type filter hook forward priority [^;]*; policy drop;.*");

  public ForeignChains {
    drops = List.copyOf(drops);
    places = List.copyOf(places);
  }

  public static ForeignChains in(String listing) {
    var drops = new ArrayList<ForeignDrop>();
    var places = new ArrayList<ForeignAccept>();
    for (Table table : tables(listing)) {
      List<ForeignAccept> here =
          USER_CHAINS.stream()
              .filter(table.chains()::contains)
              .map(chain -> new ForeignAccept(table.family(), table.name(), chain))
              .toList();
      places.addAll(here);
      Optional<ForeignAccept> place = here.stream().findFirst();
      table
          .dropping()
          .forEach(chain -> drops.add(new ForeignDrop(table.family(), table.name(), chain, place)));
    }
    return new ForeignChains(drops, places);
  }

  /** Of one table: its chains, and those of them that drop what is forwarded. */
  private record Table(String family, String name, List<String> chains, List<String> dropping) {}

  private static List<Table> tables(String listing) {
    var tables = new ArrayList<Table>();
    for (String line : listing.lines().toList()) {
      Matcher table = TABLE.matcher(line);
      Matcher chain = CHAIN.matcher(line);
      if (table.matches()) {
        tables.add(new Table(table.group(1), table.group(2), new ArrayList<>(), new ArrayList<>()));
      } else if (chain.matches()) {
        tables.getLast().chains().add(chain.group(1));
      } else if (DROP.matcher(line).matches()) {
        tables.getLast().dropping().add(tables.getLast().chains().getLast());
      }
    }
    return tables;
  }
}
