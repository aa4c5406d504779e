package io.fairlead.network;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.InterfaceAddress;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallMap;
import io.fairlead.network.firewall.FirewallTable;
import io.fairlead.network.firewall.ForeignChain;
import io.fairlead.network.firewall.Senders;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.PortRange;
import io.fairlead.network.port.Protocol;
import io.fairlead.network.port.Relay;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** States as a kernel could have them: nothing lies on a link that is not there. */
final class RandomState {
  private final Random random;

  RandomState(Random random) {
    this.random = random;
  }

  State next() {
    var facts = new ArrayList<Fact>();
    if (random.nextBoolean()) {
      facts.add(new Fact.HostSwitch("net/ipv4/ip_forward", "1"));
    }
    if (random.nextBoolean()) {
      facts.add(new Fact.ForeignRule(new ForeignChain.Nft("ip", "filter", "DOCKER-USER")));
    }
    if (random.nextInt(4) > 0) {
      facts.add(
          new Fact.Skeleton(
              FirewallTable.INET,
              random.nextInt(4) > 0 ? List.of("a: 1", "a: 2") : List.of("a: 1")));
      elements(facts);
    }
    if (random.nextInt(4) > 0) {
      facts.add(new Fact.Skeleton(FirewallTable.BRIDGE, List.of("b: 1")));
      facts.add(new Fact.Element(Senders.leased(address(random.nextInt(3)))));
    }
    for (int i = 0; i < 3; i++) {
      if (random.nextBoolean()) {
        bridge("br" + i, facts);
      }
      if (random.nextBoolean()) {
        sandbox(new Place.Sandbox("s" + i), facts);
      }
    }
    return State.of(facts);
  }

  private void elements(List<Fact> facts) {
    for (int port = 8080; port < 8085; port++) {
      if (random.nextBoolean()) {
        facts.add(
            new Fact.Element(
                new FirewallElement(
                    FirewallMap.PUBLISH4_ANY,
                    "tcp . " + port,
                    "172.17.0.%d . 80".formatted(random.nextInt(3)))));
        facts.add(
            new Fact.HeldPort(
                "c" + random.nextInt(2),
                new HeldPorts(Protocol.TCP, address(0), PortRange.of(port))));
        facts.add(
            new Fact.Listener(
                new Relay.Service(
                    "c",
                    new HeldPorts(Protocol.TCP, address(9), PortRange.of(port)),
                    address(random.nextInt(3)),
                    80)));
      }
    }
  }

  private void bridge(String name, List<Fact> facts) {
    facts.add(
        new Fact.Bridge(name, mac(), 1400 + random.nextInt(2) * 100, "us", random.nextBoolean()));
    facts.add(
        new Fact.Sysctl(
            name, "net/ipv4/conf/" + name + "/route_localnet", random.nextBoolean() ? "1" : "0"));
    if (random.nextBoolean()) {
      facts.add(
          new Fact.Address(Place.HOST, name, new InterfaceAddress(address(random.nextInt(3)), 16)));
    }
  }

  private void sandbox(Place.Sandbox place, List<Fact> facts) {
    facts.add(new Fact.Pin(place, random.nextBoolean()));
    for (int i = 0; i < random.nextInt(3); i++) {
      String name = "eth" + i;
      facts.add(
          new Fact.Veth(
              place,
              "veth" + place.id() + i,
              name,
              mac(),
              1500,
              random.nextBoolean() ? "br0" : "",
              "us",
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              false));
      if (random.nextBoolean()) {
        facts.add(new Fact.ForwardingEntry(place, "veth" + place.id() + i, name, mac()));
      }
      facts.add(
          new Fact.Address(place, name, new InterfaceAddress(address(random.nextInt(3)), 16)));
      if (i == 0 && random.nextBoolean()) {
        facts.add(
            new Fact.Route(place, Subnet.parse("0.0.0.0/0"), address(random.nextInt(2)), name));
      }
    }
  }

  private MacAddress mac() {
    return MacAddress.parse("02:00:00:00:00:0" + random.nextInt(3));
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 172, 17, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
