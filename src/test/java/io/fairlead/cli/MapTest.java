package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code fairlead map} in every mode, against what ip, bridge and nft say at the same moment; and
 * after somebody has changed the kernel by hand, which the records do not know.
 */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class MapTest {
  private TestHost outside;
  private TestHost host;
  private TestEngine engine;
  private Docker docker;
  private KernelReading kernel;
  @TempDir Path folder;

  @BeforeAll
  void open() {
    outside = TestHost.create("outside");
    host = TestHost.create("host");
    outside.link(host, "198.51.100.2/24", "198.51.100.1/24");
    host.address("to-outside", "2001:db8::1/64");
    host.route("default", "198.51.100.2");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    kernel = new KernelReading(host, engine.engine().info().id());
  }

  @AfterEach
  void removeAll() {
    engine.containers().list().forEach(each -> engine.containers().remove(each.id(), true));
    host.tryExec("ip", "link", "del", "mine");
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
    outside.close();
  }

  private String drawn(String form, String... containers) {
    Path file = folder.resolve("map." + form);
    var line =
        new ArrayList<>(
            List.of(
                "-H", "unix://" + docker.socket(), "map", "--format", form, "-o", file.toString()));
    line.addAll(List.of(containers));
    assertThat(Main.execute(line)).isZero();
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A map of these containers, after the kernel has confirmed it. */
  private JsonNode map(String... containers) {
    JsonNode map = JsonMapper.shared().readTree(drawn("json", containers));
    kernel.confirms(map);
    return map;
  }

  private void started(String name, String mode) {
    engine.wanted("sleep", "600").name(name).network(mode).start();
  }

  private void publishing(String name) {
    engine
        .wanted("sleep", "600")
        .name(name)
        .publish("", "8080", "80/tcp")
        .publish("198.51.100.1", "5353", "53/udp")
        .start();
  }

  private static List<String> published(JsonNode map) {
    return map.path("Published")
        .valueStream()
        .map(
            port ->
                "%s %s . %s . %s : %s . %s"
                    .formatted(
                        port.path("By").asString(),
                        port.path("HostAddress").asString(),
                        port.path("Protocol").asString(),
                        port.path("HostPorts").asString(),
                        port.path("Target").asString(),
                        port.path("TargetPorts").asString()))
        .toList();
  }

  private static List<String> names(JsonNode containers) {
    return containers.valueStream().map(each -> each.path("Name").asString()).toList();
  }

  /** The container's address, as its own namespace says. */
  private String address(JsonNode map) {
    return map.at("/Sandboxes/0/Links")
        .valueStream()
        .filter(inner -> inner.at("/Link/Name").asString().equals("eth0"))
        .map(inner -> inner.at("/Link/Addresses/0").asString().replaceFirst("/.*", ""))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBridgedContainerWithItsPublishedPorts() {
    publishing("web");

    JsonNode map = map("web");
    String address = address(map);

    assertThat(names(map.at("/Sandboxes/0/Containers"))).containsExactly("web");
    assertThat(map.at("/Bridges/0/Link/Name").asString()).isEqualTo("docker0");
    assertThat(map.at("/Host/Links/0/Name").asString()).isEqualTo("to-outside");
    assertThat(published(map))
        .containsExactlyInAnyOrder(
            "kernel 0.0.0.0 . tcp . 8080 : %s . 80".formatted(address),
            "kernel 198.51.100.1 . udp . 5353 : %s . 53".formatted(address),
            "relay :: . tcp . 8080 : %s . 80".formatted(address));
    assertThat(kernel.elements("map", "publish4_any"))
        .containsExactly("tcp . 8080 : %s . 80".formatted(address));
    assertThat(kernel.elements("map", "publish4"))
        .containsExactly("198.51.100.1 . udp . 5353 : %s . 53".formatted(address));
    for (String picture : List.of(drawn("svg", "web"), drawn("text", "web"))) {
      assertThat(picture)
          .contains("web", "docker0", "172.17.0.1/16", address + "/16", "default via 172.17.0.1")
          .contains("to-outside", "198.51.100.1/24", "2001:db8::1/64", "172.17.0.0/16")
          .contains("0.0.0.0:8080/tcp", "198.51.100.1:5353/udp", "[::]:8080/tcp", address + ":80")
          .contains(
              map.at("/Sandboxes/0/Links")
                  .valueStream()
                  .map(inner -> inner.at("/HostEnd/Link/Name").asString(""))
                  .filter(name -> !name.isEmpty())
                  .findFirst()
                  .orElseThrow());
    }
  }

  @Test
  void severalOnABridgeAndAllOfThem() {
    started("one", "bridge");
    started("two", "bridge");
    started("three", "host");

    JsonNode map = map();

    assertThat(map.path("Sandboxes")).hasSize(2);
    assertThat(names(map.at("/Host/Containers"))).containsExactly("three");
    assertThat(drawn("svg")).contains(">one<", ">two<", ">three<");
    assertThat(map("two").path("Sandboxes")).hasSize(1);
  }

  @Test
  void aContainerInHostModeIsInTheHostsBox() {
    started("web", "host");

    JsonNode map = map("web");

    assertThat(names(map.at("/Host/Containers"))).containsExactly("web");
    assertThat(map.path("Sandboxes")).isEmpty();
    assertThat(map.path("Bridges")).isEmpty();
    assertThat(drawn("svg", "web")).contains(">web<", "198.51.100.1/24").doesNotContain("docker0");
  }

  @Test
  void whatItsOwnerPutsIntoANoneSandboxIsShownAsNotOurs() {
    started("alone", "none");
    JsonNode before = map("alone");
    assertThat(before.at("/Sandboxes/0/Links")).hasSize(1);
    String pin = before.at("/Sandboxes/0/Pin").asString();
    host.exec("ip", "link", "add", "mine", "type", "veth", "peer", "name", "eth7", "netns", pin);
    host.exec("ip", "addr", "add", "10.77.0.1/24", "dev", "mine");
    host.exec("ip", "link", "set", "mine", "up");
    host.exec("nsenter", "--net=" + pin, "ip", "addr", "add", "10.77.0.2/24", "dev", "eth7");
    host.exec("nsenter", "--net=" + pin, "ip", "link", "set", "eth7", "up");
    host.exec("nsenter", "--net=" + pin, "ip", "route", "add", "default", "via", "10.77.0.1");

    JsonNode map = map("alone");

    assertThat(map.at("/Sandboxes/0/Links/1/HostEnd/Ours").asBoolean(true)).isFalse();
    assertThat(drawn("svg", "alone"))
        .contains("mine  10.77.0.1/24", "eth7  10.77.0.2/24", "default via 10.77.0.1")
        .contains("not Fairlead");
    assertThat(drawn("text", "alone")).contains("mine  10.77.0.1/24  (not Fairlead's)");
  }

  @Test
  void thoseWhoShareASandboxAreInOneBox() {
    publishing("web");
    started("sidecar", "container:web");

    JsonNode map = map("sidecar");

    assertThat(map.path("Sandboxes")).hasSize(1);
    assertThat(names(map.at("/Sandboxes/0/Containers"))).containsExactly("web", "sidecar");
    engine.containers().stop("web", Optional.empty(), Optional.of(0));
    map = map("sidecar");
    assertThat(names(map.at("/Sandboxes/0/Containers"))).containsExactly("sidecar");
    assertThat(published(map)).isEmpty();
    assertThat(names(map("web").path("Stopped"))).containsExactly("web");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          an address taken away | nsenter --net=PIN ip addr del ADDRESS/16 dev eth0           | ADDRESS/16
          an address added      | nsenter --net=PIN ip addr add 10.9.9.9/24 dev eth0          | -
          a link down inside    | nsenter --net=PIN ip link set eth0 down                     | -
          its host end down     | ip link set HOSTEND down                                    | -
          taken off the bridge  | ip link set HOSTEND nomaster                                | -
          another MTU           | nsenter --net=PIN ip link set eth0 mtu 1400                 | -
          the default route     | nsenter --net=PIN ip route del default                      | default via 172.17.0.1
          a published port      | nft delete element inet TABLE publish4_any { tcp . 8080 }   | 0.0.0.0:8080/tcp
          the masquerade        | nft delete element inet TABLE subnets4 { 172.17.0.0/16 }    | leaves
          a rule                | nft flush chain inet TABLE postrouting                      | leaves
          """)
  void whatIsChangedByHandIsShownAsTheKernelHasIt(String what, String change, String absent) {
    publishing("web");
    JsonNode before = map("web");
    String address = address(before);
    String hostEnd =
        before
            .at("/Sandboxes/0/Links")
            .valueStream()
            .map(inner -> inner.at("/HostEnd/Link/Name").asString(""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElseThrow();
    String gone = absent.replace("ADDRESS", address);
    assertThat(absent.equals("-") || drawn("svg", "web").contains(gone)).isTrue();
    try {
      host.exec(
          change
              .replace("PIN", before.at("/Sandboxes/0/Pin").asString())
              .replace("ADDRESS", address)
              .replace("HOSTEND", hostEnd)
              .replace("TABLE", "fairlead_" + engine.engine().info().id())
              .split(" ", -1));

      JsonNode after = map("web");

      assertThat(after).isNotEqualTo(before);
      assertThat(absent.equals("-") || !drawn("svg", "web").contains(gone)).isTrue();
    } finally {
      mend();
    }
  }

  /** Also what is not the container's and would not go with it. */
  private void mend() {
    docker.close();
    engine.restart();
    docker = Docker.of(engine);
  }

  @Test
  void anUnknownContainerIsRefusedInDockersWords() {
    assertThat(docker.shell("fairlead map nosuch").stderr()).contains("No such container: nosuch");
    assertThat(
            docker
                .shell(
                    "curl -s -w '%{http_code}' --unix-socket "
                        + docker.socket()
                        + " http://x/v1.47/fairlead/map?container=nosuch")
                .stdout())
        .isEqualTo("{\"message\":\"No such container: nosuch\"}404");
  }
}
