package io.fairlead.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is read from nft's list of chains, as nft 1.0.6 prints it. */
class ForeignChainsTest {
  private static final ForeignAccept DOCKER_USER = new ForeignAccept("ip", "filter", "DOCKER-USER");

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
            """);
    assertThat(chains.drops())
        .containsExactly(
            new ForeignDrop("ip", "filter", "FORWARD", Optional.of(DOCKER_USER)),
            new ForeignDrop("inet", "other", "passing", Optional.empty()));
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
            """);
    assertThat(chains.drops()).isEmpty();
    assertThat(chains.places()).containsExactly(DOCKER_USER);
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
    assertThat(DOCKER_USER.deletion(listing, "fairlead:0badcafe"))
        .contains("delete rule ip filter DOCKER-USER handle 12");
    assertThat(DOCKER_USER.deletion(listing, "fairlead:11111111")).isEmpty();
  }
}
