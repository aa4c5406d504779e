package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.Ruleset;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MacsTest {
  private static final RandomGenerator RANDOM = new Random(5);

  @Test
  void endpointsAreLocalUnicastAndBeginAsTheFirewallKnowsThem() {
    var ruleset = new Ruleset("0badcafe");
    assertThat(
            ruleset.skeleton(
                FirewallTable.BRIDGE,
                ruleset.rules(FirewallTable.BRIDGE, /* besideOthers= */ false)))
        .contains("@ll,0,16 0xfa1e notrack");
    assertThat(Stream.generate(() -> Macs.ofEndpoint(RANDOM)).limit(1_000))
        .allMatch(mac -> mac.toString().startsWith("fa:1e:"))
        .allMatch(Macs::isOfEndpoint)
        .doesNotHaveDuplicates();
  }

  @Test
  void noOtherLooksLikeAnEndpointsAndABridgesIsTheSameForItsNetwork() {
    assertThat(Stream.generate(() -> Macs.ofHostEnd(RANDOM)).limit(200_000))
        .noneMatch(Macs::isOfEndpoint);
    assertThat(Macs.ofBridge("0123456789ab")).isEqualTo(MacAddress.parse("02:23:45:67:89:ab"));
    for (String beginning : new String[] {"fa1e", "f81e", "fb1e", "f91e"}) {
      assertThat(Macs.ofBridge(beginning + "456789ab"))
          .isEqualTo(MacAddress.parse("fa:1f:45:67:89:ab"));
    }
  }
}
