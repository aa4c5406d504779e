package io.fairlead.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of tables that the real command made. */
@Tag("kernel")
class LegacyTableTest {
  private static final int MANY = 200;

  @ParameterizedTest(name = "{0}: {1}, has rules {2}, drops {3}")
  @CsvSource({
    "iptables,  '',                                                 false, false",
    "ip6tables, '',                                                 false, false",
    "iptables,  -P FORWARD DROP,                                    false, true",
    "ip6tables, -P FORWARD DROP,                                    false, true",
    "iptables,  -A FORWARD -j REJECT,                               true,  true",
    "ip6tables, -A FORWARD -j REJECT,                               true,  true",
    "iptables,  -A FORWARD -m comment --comment all -j DROP,        true,  true",
    "iptables,  -A FORWARD -p tcp -j DROP,                          true,  false",
    "ip6tables, -A FORWARD -p tcp -j DROP,                          true,  false",
    "ip6tables, -A FORWARD -d fd00::1 -j DROP,                      true,  false",
    "iptables,  -A FORWARD -f -j DROP,                              true,  false",
    "iptables,  -A FORWARD ! -s 10.0.0.1 -j DROP,                   true,  false",
    "iptables,  -A FORWARD -o eth0 -j DROP,                         true,  false",
    "iptables,  -A FORWARD -m conntrack --ctstate NEW -j DROP,      true,  false",
    "iptables,  -A FORWARD -j ACCEPT; -A FORWARD -j DROP,           true,  false",
    "iptables,  -P FORWARD DROP; -A FORWARD -j RETURN,              true,  true",
    "iptables,  -A FORWARD -j RETURN; -A FORWARD -j DROP,           true,  false",
    "iptables,  -N a; -A FORWARD -j a; -A FORWARD -j DROP,          true,  true",
    "iptables,  -N a; -A a -j DROP; -A FORWARD -j a,                true,  true",
    "iptables,  -N a; -A a -j RETURN; -A a -j DROP; -A FORWARD -j a, true, false",
    "iptables,  -N a; -A FORWARD -g a; -A FORWARD -j DROP,          true,  false",
    "ip6tables, -N a; -A FORWARD -g a; -A FORWARD -j DROP,          true,  false",
    "iptables,  -N a; -N b; -A a -g b; -A a -j DROP; -A FORWARD -j a; -A FORWARD -j REJECT, true, true",
    "iptables,  -A FORWARD; -A FORWARD -j DROP,                     true,  true",
    "iptables,  -A INPUT -j DROP,                                   true,  false"
  })
  void itsForwardChainEndsAsItsRulesSay(
      String tool, String commands, boolean hasRules, boolean drops) {
    LegacyTable table = tableOf(tool, List.of(commands.split("; ", -1)));
    assertThat(table.hasRules()).isEqualTo(hasRules);
    assertThat(table.dropsForwarded()).isEqualTo(drops);
  }

  @ParameterizedTest
  @CsvSource({"iptables", "ip6tables"})
  void commentsAndLinksAreThoseOfTheirChain(String tool) {
    LegacyTable table =
        tableOf(
            tool,
            List.of(
                "-N a",
                "-A a -o br0 -m comment --comment one -j ACCEPT",
                "-A a -i eth0 -m comment --comment two",
                "-A FORWARD -o eth+ -j a",
                "-N b"));
    assertThat(table.chains().get("a"))
        .isEqualTo(new LegacyTable.Chain(List.of("one", "two"), Set.of("br0")));
    assertThat(table.chains().get("FORWARD"))
        .isEqualTo(new LegacyTable.Chain(List.of(), Set.of("eth+")));
    assertThat(table.chains().get("b")).isEqualTo(LegacyTable.Chain.EMPTY);
  }

  /** A rule without a target goes on to the next one, like a jump there. */
  @ParameterizedTest
  @CsvSource({"iptables", "ip6tables"})
  void rulesWithoutATargetAreWalkedOnce(String tool) {
    var commands = new ArrayList<String>(List.of("-N a", "-A FORWARD -j a"));
    for (int i = 0; i < MANY; i++) {
      commands.add("-A a");
    }
    assertThat(tableOf(tool, commands).dropsForwarded()).isFalse();
  }

  private static LegacyTable tableOf(String tool, List<String> commands) {
    String rules =
        "*filter\n%s\nCOMMIT\n"
            .formatted(
                String.join("\n", commands)
                    .replaceAll("(?m)^-P (\\S+) (\\S+)$", ":$1 $2 [0:0]")
                    .replaceAll("(?m)^-N (\\S+)$", ":$1 - [0:0]"));
    try (var namespace = PrivateNamespace.make()) {
      return namespace.call(
          () -> {
            Command.run(List.of("bash", "-c", "%s-legacy-restore <<< '%s'".formatted(tool, rules)))
                .succeeded();
            return LegacyTable.all().stream()
                .filter(table -> table.name().equals("filter"))
                .findFirst()
                .orElseThrow();
          });
    }
  }
}
