package io.fairlead.network.firewall;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The firewall's text: each table's skeleton, which is one resource ({@code inet.nft}, {@code
 * bridge.nft}), and what nft's listing of it says. What changes elements is {@link ElementCodec}.
 */
public final class Ruleset {
  private static final Pattern BLOCK = Pattern.compile("\\s*(chain|set|map) (\\S+) \\{.*");
  private static final Pattern COMMENT = Pattern.compile(".* comment \"([^\"]*)\"");
  private static final Pattern ELEMENTS =
      Pattern.compile("(?:set|map) (\\S+) \\{[^{}]*?elements = \\{([^}]*)\\}", Pattern.DOTALL);

  /** How comments end of rules that are not always there. */
  private static final String ALONE = ", alone\"";

  private static final String BESIDE_OTHERS = ", beside others\"";

  private final String table;

  /**
   * @param engineId 8 hex digits
   */
  public Ruleset(String engineId) {
    this.table = "fairlead_" + engineId;
  }

  public String table() {
    return table;
  }

  /**
   * Commands that make a table, or bring its chains and rules back as they should be, in one
   * transaction; elements that are there are left.
   *
   * @param rules as {@link #rules} gives them, for either case
   * @param present those that are there, none if the table is not: chains that have any, and should
   *     not, go
   */
  public String skeleton(FirewallTable of, List<String> rules, List<String> present) {
    List<String> wanted = rules.stream().map(Ruleset::chainOf).toList();
    return "add table %1$s %2$s\nflush table %1$s %2$s\n".formatted(of.nftFamily(), table)
        + present.stream()
            .map(Ruleset::chainOf)
            .distinct()
            .filter(chain -> !wanted.contains(chain))
            .map(chain -> "delete chain %s %s %s\n".formatted(of.nftFamily(), table, chain))
            .collect(Collectors.joining())
        + text(of, rules.equals(rules(of, /* besideOthers= */ true)));
  }

  private static String chainOf(String rule) {
    return rule.substring(0, rule.indexOf(':'));
  }

  private String text(FirewallTable of, boolean besideOthers) {
    String unwanted = besideOthers ? ALONE : BESIDE_OTHERS;
    try (var in = Ruleset.class.getResourceAsStream(of.nftFamily() + ".nft")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .replace("TABLE", table)
          .lines()
          .filter(line -> !line.endsWith(unwanted))
          .collect(Collectors.joining("\n", "", "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String drop(FirewallTable of) {
    return "delete table %s %s\n".formatted(of.nftFamily(), table);
  }

  /**
   * The skeleton's rules, each as {@code chain: comment}: chains by name, and each chain's in
   * order.
   *
   * @param besideOthers whether firewalls of others are asked about what is forwarded
   */
  public List<String> rules(FirewallTable of, boolean besideOthers) {
    return rulesIn(text(of, besideOthers));
  }

  /**
   * The rules in a listing of the table; one that bears no comment of ours is given with its whole
   * text.
   */
  public static List<String> rulesIn(String listing) {
    var rules = new ArrayList<String>();
    String chain = "";
    for (String line : listing.lines().toList()) {
      Matcher block = BLOCK.matcher(line);
      if (block.matches()) {
        chain = block.group(1).equals("chain") ? block.group(2) : "";
        continue;
      }
      String text = line.strip();
      if (chain.isEmpty() || text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (text.equals("}")) {
        chain = "";
      } else {
        Matcher comment = COMMENT.matcher(line);
        rules.add(chain + ": " + (comment.matches() ? comment.group(1) : hookOnly(text)));
      }
    }
    // nft lists chains in the order of their making, which a repair changes.
    rules.sort(Comparator.comparing(Ruleset::chainOf));
    return List.copyOf(rules);
  }

  /**
   * A base chain's own line without its priority, whose spelling differs between versions of nft.
   */
  private static String hookOnly(String line) {
    return line.startsWith("type ") ? line.replaceFirst(" priority [^;]*;", ";") : line;
  }

  public String list(FirewallTable of) {
    return "list table %s %s".formatted(of.nftFamily(), table);
  }

  /**
   * Asks for one element; nft fails where it is missing, and answers with the enclosing one in an
   * interval map.
   */
  public String get(FirewallElement element) {
    FirewallMap map = element.map();
    return "get element %s %s %s { %s }"
        .formatted(map.table().nftFamily(), table, map.nftName(), element.key());
  }

  /** The elements in a listing of a table, a set or a map; of maps that we do not know, none. */
  public static List<FirewallElement> elementsIn(String listing) {
    var elements = new ArrayList<FirewallElement>();
    Matcher matcher = ELEMENTS.matcher(listing);
    while (matcher.find()) {
      String body = matcher.group(2);
      FirewallMap.named(matcher.group(1))
          .ifPresent(
              map ->
                  Arrays.stream(body.split(","))
                      .map(text -> text.replaceAll("\\s+", " ").strip())
                      .filter(text -> !text.isEmpty())
                      .forEach(text -> elements.add(parse(map, text))));
    }
    return elements;
  }

  private static FirewallElement parse(FirewallMap map, String text) {
    int data = text.indexOf(" : ");
    return data < 0
        ? FirewallElement.of(map, text)
        : new FirewallElement(map, text.substring(0, data), text.substring(data + 3));
  }
}
