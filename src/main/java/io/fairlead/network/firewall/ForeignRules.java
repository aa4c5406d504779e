package io.fairlead.network.firewall;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the rules of other firewalls do with a packet that no condition of theirs is about. */
final class ForeignRules {
  /** As many jumps as the kernel allows (NFT_JUMP_STACK_SIZE). */
  private static final int DEEPEST = 16;

  /** What a rule does beside its verdict. */
  private static final Pattern ASIDE =
      Pattern.compile(
          "counter( packets \\d+ bytes \\d+)?|log( prefix \"[^\"]*\")?( level \\w+)?( flags \\w+)?|comment \"[^\"]*\"");

  private static final Pattern JUMP = Pattern.compile("(jump|goto) (\\S+)");
  private static final Pattern NAMED = Pattern.compile("\"([^\"]+)\"");

  /** How a chain ends for such a packet. */
  enum End {
    ACCEPTED,
    DROPPED,
    /** It goes on behind the jump, or the chain's policy has it. */
    PASSED
  }

  private final UnaryOperator<String> nft;

  /** What was read already: each of several questions is about every rule of a chain. */
  private final Map<ForeignChain.Nft, List<String>> read = new HashMap<>();

  /**
   * @param nft answers a listing; empty where there is no such thing any more
   */
  ForeignRules(UnaryOperator<String> nft) {
    this.nft = nft;
  }

  boolean areIn(ForeignChain.Nft chain) {
    return !rules(chain).isEmpty();
  }

  End end(ForeignChain.Nft chain) {
    return end(chain, 0);
  }

  private End end(ForeignChain.Nft chain, int depth) {
    for (String rule : rules(chain)) {
      String verdict = ASIDE.matcher(rule).replaceAll("").strip();
      Matcher jump = JUMP.matcher(verdict);
      if (verdict.equals("accept")) {
        return End.ACCEPTED;
      } else if (verdict.equals("drop") || verdict.matches("reject( with .*)?")) {
        return End.DROPPED;
      } else if (verdict.equals("return")) {
        return End.PASSED;
      } else if (jump.matches() && depth < DEEPEST) {
        var to = new ForeignChain.Nft(chain.family(), chain.table(), jump.group(2));
        End end = end(to, depth + 1);
        if (end != End.PASSED || jump.group(1).equals("goto")) {
          return end;
        }
      }
    }
    return End.PASSED;
  }

  boolean acceptsOurMark(ForeignChain.Nft chain) {
    return rules(chain).stream()
        .anyMatch(
            rule ->
                rule.startsWith("meta mark & %1$s == %1$s ".formatted(ForeignChain.MARK))
                    && rule.contains(" accept"));
  }

  /** All names in quotes in a chain: links, and comments. */
  Stream<String> names(ForeignChain.Nft chain) {
    return rules(chain).stream()
        .flatMap(rule -> NAMED.matcher(rule).results())
        .map(found -> found.group(1));
  }

  /** All names in quotes in a chain's table. */
  Set<String> interfaces(ForeignChain.Nft chain) {
    return NAMED
        .matcher(nft.apply("list table %s %s".formatted(chain.family(), chain.table())))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  private List<String> rules(ForeignChain.Nft chain) {
    return read.computeIfAbsent(chain, this::read);
  }

  private List<String> read(ForeignChain.Nft chain) {
    return nft.apply(chain.listing())
        .lines()
        .filter(line -> line.startsWith("\t\t"))
        .map(String::strip)
        .filter(line -> !line.startsWith("type "))
        .toList();
  }
}
