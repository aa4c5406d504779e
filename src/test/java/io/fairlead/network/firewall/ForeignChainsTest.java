package io.fairlead.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from nft's list of chains, as nft 1.0.6 prints it. */
class ForeignChainsTest {
  private static final ForeignChain.Nft DOCKER_USER =
      new ForeignChain.Nft("ip", "filter", "DOCKER-USER");

  @Test
  void aDropIsFoundWithThePlaceOfItsTable() {
    var chains =
        ForeignChains.in(
            """
            table ip filter {
            \tchain INPUT {
            \t\ttype filter hook input priority filter; policy drop;
            \t}
            \tchain FORWARD {
            \t\ttype filter hook forward priority filter; policy drop;
            \t}
            \tchain DOCKER-USER {
            \t}
            }
            table inet other {
            \tchain passing {
            \t\ttype filter hook forward priority filter + 5; policy drop;
            \t}
            }
            """,
            _ -> "");
    assertThat(chains.drops())
        .containsExactly(
            new ForeignDrop(
                new ForeignChain.Nft("ip", "filter", "FORWARD"),
                Optional.of(DOCKER_USER),
                false,
                Set.of()),
            new ForeignDrop(
                new ForeignChain.Nft("inet", "other", "passing"),
                Optional.empty(),
                false,
                Set.of()));
    assertThat(chains.places()).containsExactly(DOCKER_USER);
  }

  @Test
  void whereNothingIsDroppedThePlaceIsStillSeen() {
    var chains =
        ForeignChains.in(
            """
            table ip filter {
            \tchain FORWARD {
            \t\ttype filter hook forward priority filter; policy accept;
            \t}
            \tchain DOCKER-USER {
            \t}
            }
            """,
            _ -> "");
    assertThat(chains.drops()).isEmpty();
    assertThat(chains.places()).containsExactly(DOCKER_USER);
  }

  @ParameterizedTest
  @CsvSource({
    "ip filter,         forward,     accept, ct state new,  true",
    "ip filter,         forward,     accept, '',            false",
    "ip filter,         forward,     drop,   '',            true",
    "inet guard,        prerouting,  accept, ct state new,  true",
    "inet guard,        postrouting, accept, counter,       true",
    "inet guard,        input,       drop,   counter,       false",
    "inet fairlead_0ba, forward,     accept, counter,       false"
  })
  void whoHasARuleAboutWhatIsForwardedHasASay(
      String table, String hook, String policy, String rule, boolean haveSay) {
    var found =
        ForeignChains.in(
            """
            table %s {
            \tchain passing {
            \t\ttype filter hook %s priority filter; policy %s;
            \t}
            }
            """
                .formatted(table, hook, policy),
            _ -> rule.isEmpty() ? "" : "\t\t" + rule);
    assertThat(found.haveSay()).isEqualTo(haveSay);
  }

  @Test
  void aDockerdsBridgesAreKnownByTheirNamesOrByItsRules() {
    Map<String, String> rules =
        Map.of(
            "DOCKER-ISOLATION-STAGE-2", "oifname \"apart\" counter drop",
            "DOCKER-USER", "oifname \"br0\" accept",
            "FORWARD", "oifname \"lan\" accept");
    String chains =
        rules.keySet().stream()
            .map("\tchain %s {\n\t}\n"::formatted)
            .collect(Collectors.joining("", "table ip filter {\n", "}\n"));
    var found =
        ForeignChains.in(
            chains, command -> "\t\t" + rules.get(command.substring(command.lastIndexOf(' ') + 1)));
    assertThat(
            found
                .among(Stream.of("lan", "br0", "br-0123456789ab", "apart", "docker0", "br-lan"))
                .bridges())
        .containsExactly("apart", "br-0123456789ab", "docker0");
  }

  @Test
  void ourRuleIsFoundByItsCommentAndNobodyElses() {
    String listing =
        """
        table ip filter {
        \tchain DOCKER-USER {
        \t\tmeta mark & 0x02000000 == 0x02000000 counter packets 3 bytes 180 accept comment "fairlead:0badcafe" # handle 12
        \t\tcounter packets 0 bytes 0 return # handle 7
        \t}
        }
        """;
    assertThat(DOCKER_USER.deleteRule(listing, "fairlead:0badcafe"))
        .contains("delete rule ip filter DOCKER-USER handle 12");
    assertThat(DOCKER_USER.deleteRule(listing, "fairlead:11111111")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reject with icmpx admin-prohibited                  | DROPPED
          counter packets 5 bytes 300 drop                    | DROPPED
          log prefix "no: " level warn counter drop           | DROPPED
          ip daddr 10.0.0.1 drop                              | PASSED
          ct state established accept; drop comment "rest"    | DROPPED
          accept; drop                                        | ACCEPTED
          counter return; drop                                | PASSED
          jump last                                           | DROPPED
          goto nothing; drop                                  | PASSED
          jump nothing; drop                                  | DROPPED
          jump first                                          | PASSED
          iifname "eth0" jump last                            | PASSED
          """)
  void aChainEndsAsItsUnconditionalRulesSay(String rules, ForeignRules.End end) {
    Map<String, String> chains =
        Map.of(
            "first", rules,
            "last", "ct status dnat accept; reject",
            "nothing", "ip saddr 10.0.0.1 drop");
    var first = new ForeignChain.Nft("inet", "other", "first");
    var read =
        new ForeignRules(
            command -> {
              String chain = command.substring(command.lastIndexOf(' ') + 1);
              String lines = chains.getOrDefault(chain, "").replace("; ", "\n\t\t");
              return "table inet other {\n\tchain %s {\n\t\t%s\n\t}\n}\n".formatted(chain, lines);
            });
    assertThat(read.end(first)).isEqualTo(end);
  }
}
