package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.store.EndpointRow;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody changes the kernel by hand: the difference names exactly that, and applying it brings
 * the traffic back.
 */
@Tag("kernel")
class DriftTest {
  private final NetworkFixture fixture = new NetworkFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          veth deleted           | host   | ip link del VETH                          | + Veth, + ForwardingEntry, + Address, + Route
          veth out of its bridge | host   | ip link set VETH nomaster                 | ~ Veth, + ForwardingEntry
          host end down          | host   | ip link set VETH down                     | ~ Veth
          host end renamed       | host   | ip link set VETH name other0              | ~ Veth
          host end's alias       | host   | ip link set VETH alias mine               | ~ Veth
          hairpin off            | host   | ip link set VETH type bridge_slave hairpin off | ~ Veth
          learning on            | host   | ip link set VETH type bridge_slave learning on | ~ Veth
          host end's MTU         | host   | ip link set VETH mtu 1300                 | ~ Veth
          MAC's port             | host   | bridge fdb del MAC dev VETH master        | + ForwardingEntry
          MAC only learned       | host   | bridge fdb replace MAC dev VETH master dynamic | + ForwardingEntry
          container end down     | inside | ip link set eth0 down                     | ~ Veth, + Route
          container end's MAC    | inside | ip link set eth0 address 02:00:00:00:00:99 | ~ Veth
          container end's MTU    | inside | ip link set eth0 mtu 1300                 | ~ Veth
          IPv6 switched on       | inside | busybox sysctl -w net.ipv6.conf.eth0.disable_ipv6=0 | ~ Veth
          address                | inside | ip addr flush dev eth0                    | + Address, + Route
          route                  | inside | ip route del default                      | + Route
          route to elsewhere     | inside | ip route replace default via 172.17.0.9   | ~ Route
          loopback down          | inside | ip link set lo down                       | ~ Pin
          pin                    | host   | umount PIN                                | + Pin, + Veth, + ForwardingEntry, + Address, + Route
          bridge deleted         | host   | ip link del docker0                       | + Bridge, + Sysctl, + Sysctl, ~ Veth, + ForwardingEntry, + Address
          bridge down            | host   | ip link set docker0 down                  | ~ Bridge
          bridge's MTU           | host   | ip link set docker0 mtu 1300              | ~ Bridge
          bridge's MAC           | host   | ip link set docker0 address 02:00:00:00:00:99 | ~ Bridge
          bridge's address       | host   | ip addr flush dev docker0                 | + Address
          bridge has another     | host   | ip addr add 10.9.9.1/24 dev docker0       | - Address
          route_localnet         | host   | busybox sysctl -w net.ipv4.conf.docker0.route_localnet=0 | ~ Sysctl
          forwarding             | host   | busybox sysctl -w net.ipv4.ip_forward=0          | ~ HostSwitch
          a rule                 | host   | nft flush chain inet TABLE forward        | ~ Skeleton
          a rule too many        | host   | nft insert rule inet TABLE forward drop   | ~ Skeleton
          a chain too many       | host   | nft add chain inet TABLE extra { type filter hook input priority 0 ; } | ~ Skeleton
          a chain's hook         | host   | nft delete chain inet TABLE output        | ~ Skeleton
          an element             | host   | nft delete element inet TABLE subnets4 { 172.17.0.0/16 } | + Element
          a foreign element      | host   | nft add element inet TABLE publish4_any { tcp . 1 : 10.0.0.1 . 1 } | - Element
          a sender               | host   | nft delete element bridge TABLE senders4 { "VETH" . 172.17.0.2 } | + Element
          a foreign sender       | host   | nft add element bridge TABLE senders4 { "VETH" . 172.17.0.9 } | - Element
          a frame's rule         | host   | nft flush chain bridge TABLE forged       | ~ Skeleton
          table for frames       | host   | nft delete table bridge TABLE             | + Skeleton, + Element, + Element, + Element
          table                  | host   | nft delete table inet TABLE               | + Skeleton, + Element, + Element, + Element, + Element
          all rules              | host   | nft flush ruleset                         | + Skeleton, + Skeleton, + Element, + Element, + Element, + Element, + Element, + Element, + Element
          """)
  void isNamedAndMended(String what, String where, String command, String expected) {
    String id = fixture.start("web", NetworkFixture.bridge());
    assertThat(fixture.networks.drift()).as("before").isEmpty();
    if (where.equals("host")) {
      fixture.host.exec(line(command, id));
    } else {
      fixture.inside(id, line(command, id));
    }

    assertThat(fixture.networks.drift().stream().map(DriftTest::kind))
        .as(what)
        .containsExactlyInAnyOrderElementsOf(List.of(expected.split(", ", -1)));

    fixture.networks.repair();
    assertThat(fixture.networks.drift()).as("after the repair").isEmpty();
    fixture.serve(id, 80, "hello");
    String address = fixture.endpoint(id).address().orElseThrow();
    assertThat(fixture.host.httpGet("http://" + address + "/")).isEqualTo("hello");
  }

  private String[] line(String command, String id) {
    EndpointRow endpoint =
        fixture.store.read(
            records ->
                records
                    .endpointsOfSandbox(NetworkFixture.sandbox(records.container(id).orElseThrow()))
                    .getFirst());
    return command
        .replace("VETH", endpoint.hostLink())
        .replace("MAC", endpoint.mac())
        .replace("PIN", fixture.pin(id).toString())
        .replace("TABLE", "fairlead_0badcafe")
        .split(" ", -1);
  }

  /** {@code ~ Veth[...] -> Veth[...]} is {@code ~ Veth}. */
  private static String kind(String change) {
    return change.substring(0, change.indexOf('['));
  }
}
