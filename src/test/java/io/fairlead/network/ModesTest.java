package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.engine.Container;
import io.fairlead.testing.Command;
import io.fairlead.testing.Inside;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in the network of each mode. What it can do there: {@link ModeTableTest}. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModesTest {
  private TestHost host;
  private TestHost outside;
  private TestEngine engine;

  @BeforeAll
  void open() {
    host = TestHost.create("host");
    outside = TestHost.create("outside");
    host.link(outside, "198.51.100.1/24", "198.51.100.2/24");
    engine = TestEngine.open(host);
  }

  @AfterEach
  void removeAll() {
    engine
        .containers()
        .list()
        .forEach(container -> engine.containers().remove(container.id(), true));
  }

  @AfterAll
  void close() {
    engine.close();
    outside.close();
    host.close();
  }

  @Test
  void bridgeHasAnAddressOfTheSubnetAndTheBridgeAsItsGateway() {
    Container container = sleeping("one", "bridge");

    assertThat(network(container))
        .isNotEqualTo(hostNetwork())
        .isNotEqualTo(Inside.ofThisProcess("net"));
    assertThat(links(container)).containsExactlyInAnyOrder("lo", "eth0");
    assertThat(inside(container, "ip", "-4", "-o", "addr", "show", "eth0"))
        .contains(address(container) + "/16");
    assertThat(inside(container, "ip", "route"))
        .contains("default via 172.17.0.1 dev eth0", "172.17.0.0/16 dev eth0");
    assertThat(inside(container, "ip", "-6", "addr", "show", "eth0")).isBlank();
    assertThat(host.exec("bridge", "link").stdout()).contains("master docker0 state forwarding");
    assertThat(host.exec("ip", "-d", "link", "show", "master", "docker0").stdout())
        .contains("hairpin on", "learning off");
    assertThat(host.exec("ip", "-4", "-o", "addr", "show", "docker0").stdout())
        .contains("172.17.0.1/16");
  }

  @Test
  void hostSeesTheHostsOwnNamespaceAndHasNoSandbox() {
    Container container = sleeping("one", "host");

    assertThat(network(container)).isEqualTo(hostNetwork());
    assertThat(container.network().sandboxKey()).isEmpty();
    assertThat(engine.wanted("ip", "link", "show", "docker0").network("host").run().stdout())
        .contains("docker0");
  }

  @Test
  void noneHasOnlyItsLoopback() {
    Container container = sleeping("one", "none");

    assertThat(network(container)).isNotEqualTo(hostNetwork());
    assertThat(links(container)).containsExactly("lo");
    assertThat(inside(container, "ip", "-4", "-o", "addr")).contains("127.0.0.1/8");
    assertThat(inside(container, "ip", "route")).isEmpty();
  }

  /**
   * A wire of the user's own into a none sandbox: to the host, or a port of the engine's bridge, by
   * which it reaches everything that the bridge's containers reach.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "to the host, 10.77.0.2/24, 10.77.0.1, 10.77.0.1",
    "to the bridge, 172.17.77.2/16, 172.17.0.1, 198.51.100.2"
  })
  void whatIsPutIntoANoneSandboxByHandWorksAndStays(
      String where, String address, String gateway, String far) {
    Container container = sleeping("one", "none");
    String pin = container.network().sandboxKey();
    host.exec("ip", "link", "add", "mine", "type", "veth", "peer", "name", "eth7", "netns", pin);
    if (where.equals("to the bridge")) {
      host.exec("ip", "link", "set", "mine", "master", "docker0");
    } else {
      host.exec("ip", "addr", "add", gateway + "/24", "dev", "mine");
    }
    host.exec("ip", "link", "set", "mine", "up");
    inPin(pin, "ip", "addr", "add", address, "dev", "eth7");
    inPin(pin, "ip", "link", "set", "eth7", "up");
    inPin(pin, "ip", "route", "add", "default", "via", gateway);
    String before = byHand(pin);
    assertThat(inPin(pin, "busybox", "ping", "-c", "1", "-W", "2", far)).contains("1 packets rec");

    engine.restart();
    sleeping("another", "bridge");
    engine.restart();

    assertThat(byHand(pin)).isEqualTo(before);
    assertThat(inPin(pin, "busybox", "ping", "-c", "1", "-W", "2", far)).contains("1 packets rec");
    host.exec("ip", "link", "del", "mine");
  }

  /** The wire's two ends, with the address, the route and the bridge. */
  private String byHand(String pin) {
    return host.exec("ip", "-o", "link", "show", "mine").stdout()
        + inPin(pin, "ip", "-o", "addr", "show", "eth7")
        + inPin(pin, "ip", "route");
  }

  /** By the path that inspect shows. */
  private static String inPin(String pin, String... command) {
    var line = new ArrayList<>(List.of("nsenter", "--net=" + pin, "--"));
    line.addAll(List.of(command));
    return Command.run(line).succeeded().stdout();
  }

  private Container sleeping(String name, String mode) {
    return engine.wanted("sleep", "600").name(name).network(mode).start();
  }

  private static String network(Container container) {
    return new Inside(container).namespace("net");
  }

  private String hostNetwork() {
    return host.call(Inside::networkOfThisThread);
  }

  /** By the process's own namespace, not by what the engine says of it. */
  private static String inside(Container container, String... command) {
    return new Inside(container).onNetwork(command);
  }

  private static List<String> links(Container container) {
    return inside(container, "ip", "-o", "link")
        .lines()
        .map(line -> line.replaceAll("^\\d+: ([^:@]+)[:@].*", "$1"))
        .toList();
  }

  private static String address(Container container) {
    return container.network().endpoints().values().iterator().next().address().orElseThrow();
  }
}
