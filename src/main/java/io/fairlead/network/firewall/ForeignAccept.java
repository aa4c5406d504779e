package io.fairlead.network.firewall;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one rule that we put into a chain of somebody else's: it accepts what our own forward chain
 * has accepted and marked. Its comment says whose it is.
 *
 * @param chain one that its firewall documents for rules of others
 */
public record ForeignAccept(String family, String table, String chain) {
  /** As in {@code inet.nft}; a bit of the packet's mark. */
  private static final String MARK = "0x02000000";

  private static final Pattern HANDLE = Pattern.compile(".* # handle (\\d+)");

  /** The command that puts it in front of the chain. */
  public String insertion(String comment) {
    return "insert rule %s meta mark & %s == %s counter accept comment \"%s\""
        .formatted(this, MARK, MARK, comment);
  }

  public String listing() {
    return "list chain " + this;
  }

  /**
   * The command that takes it away.
   *
   * @param listed the chain's listing, with handles
   * @return empty if the rule is not in it
   */
  public Optional<String> deletion(String listed, String comment) {
    return listed
        .lines()
        .filter(line -> line.contains("comment \"" + comment + "\""))
        .map(HANDLE::matcher)
        .filter(Matcher::matches)
        .map(handle -> "delete rule %s handle %s".formatted(this, handle.group(1)))
        .findFirst();
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(family, table, chain);
  }
}
