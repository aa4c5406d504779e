package io.fairlead.network.firewall;

import io.fairlead.linux.LegacyTable;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chain of somebody else's firewall, and the one rule that we may put in front of it: it accepts
 * what our own forward chain has accepted and marked, and its comment says whose it is.
 */
public sealed interface ForeignChain {
  /** As in {@code inet.nft}; a bit of the packet's mark. */
  String MARK = "0x02000000";

  /** The comment of our rule where a person puts it. */
  String REMEDY = "fairlead";

  String table();

  String name();

  /** Whether it sees IPv6 and nothing else. */
  boolean isV6Alone();

  /** What a person types to put our rule there. */
  String insertion(String comment);

  /** With the family, or the tool that shows it, and the table. */
  @Override
  String toString();

  /**
   * One that nft shows, whoever made it.
   *
   * @param family {@code ip}, {@code ip6}, {@code inet}
   */
  record Nft(String family, String table, String name) implements ForeignChain {
    private static final Pattern HANDLE = Pattern.compile(".* # handle (\\d+)");

    @Override
    public boolean isV6Alone() {
      return family.equals("ip6");
    }

    @Override
    public String insertion(String comment) {
      return "nft '%s'".formatted(insertRule(comment));
    }

    /** nft's command for the same. */
    public String insertRule(String comment) {
      return "insert rule %s meta mark & %s == %s counter accept comment \"%s\""
          .formatted(this, MARK, MARK, comment);
    }

    public String listing() {
      return "list chain " + this;
    }

    /**
     * nft's command that takes our rule away.
     *
     * @param listed the chain's listing, with handles
     * @return empty if the rule is not in it
     */
    public Optional<String> deleteRule(String listed, String comment) {
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
      return "%s %s %s".formatted(family, table, name);
    }
  }

  /** One that only iptables-legacy or ip6tables-legacy shows. */
  record Legacy(boolean isV6Alone, String table, String name) implements ForeignChain {
    /** Somebody else's iptables may hold the lock. */
    private static final String LOCK_SECONDS = "10";

    /** Whether it is a chain of that table. */
    public boolean isIn(LegacyTable of) {
      return of.isV6() == isV6Alone && of.name().equals(table);
    }

    public String tool() {
      return isV6Alone ? "ip6tables-legacy" : "iptables-legacy";
    }

    @Override
    public String insertion(String comment) {
      return String.join(" ", command("-I", comment));
    }

    /**
     * The command for our rule.
     *
     * @param action {@code -I}, {@code -D}
     */
    public List<String> command(String action, String comment) {
      return List.of(
          "%s -w %s -t %s %s %s -m mark --mark %s/%s -m comment --comment %s -j ACCEPT"
              .formatted(tool(), LOCK_SECONDS, table, action, name, MARK, MARK, comment)
              .split(" ", -1));
    }

    @Override
    public String toString() {
      return "%s %s %s".formatted(tool(), table, name);
    }
  }
}
