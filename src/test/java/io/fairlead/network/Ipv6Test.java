package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.Subnet;
import io.fairlead.testing.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A default bridge of both families: the same claims as for v4. */
@Tag("kernel")
class Ipv6Test {
  private static final Duration SOON = Duration.ofMillis(500);

  private final NetworkFixture fixture =
      new NetworkFixture(
          config ->
              new NetworkConfig(
                  config.engineId(),
                  config.execRoot(),
                  config.host(),
                  Optional.empty(),
                  Optional.empty(),
                  true,
                  Optional.of("fd00:17::/64"),
                  Optional.empty(),
                  config.leavesForeignFirewalls()));
  private final TestHost outside = TestHost.create("outside");

  @BeforeEach
  void wire() {
    fixture.host.link(outside, "198.51.100.1/24", "198.51.100.2/24");
    fixture.host.address("to-outside", "2001:db8::1/64");
    outside.address("to-engine", "2001:db8::2/64");
    outside.route("fd00:17::/64", "2001:db8::1");
  }

  @AfterEach
  void close() {
    fixture.close();
    outside.close();
  }

  @Test
  void aPortHasTheSameNumberInBothFamiliesAndIsReachedByBoth() {
    String id = fixture.start("web", publishing("80/tcp", "", ""));
    fixture.serve(id, 80, "hello");
    var ports =
        fixture
            .networks
            .settings(fixture.row(id), publishing("80/tcp", "", ""))
            .ports()
            .getOrDefault("80/tcp", List.of());

    assertThat(ports)
        .extracting(NetworkSettings.HostPort::hostIp)
        .containsExactlyInAnyOrder("0.0.0.0", "::");
    assertThat(ports)
        .extracting(NetworkSettings.HostPort::hostPort)
        .containsOnly(ports.getFirst().hostPort());
    int port = ports.getFirst().hostPort();
    assertThat(outside.httpGet("http://198.51.100.1:%d/".formatted(port))).isEqualTo("hello");
    assertThat(outside.httpGet("http://[2001:db8::1]:%d/".formatted(port))).isEqualTo("hello");
    assertThat(fixture.host.httpGet("http://[2001:db8::1]:%d/".formatted(port))).isEqualTo("hello");
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void aContainerIsNotReachedByItsV6AddressFromOutsideUnlessTheGuardIsGone() {
    String id = fixture.start("web", NetworkFixture.bridge());
    fixture.serve(id, 80, "hello");
    String url = "http://[%s]/".formatted(fixture.endpoint(id).address6().orElseThrow());

    assertThat(fixture.host.httpGet(url)).isEqualTo("hello");
    assertThat(outside.tryHttpGet(url, SOON)).isEmpty();
    fixture.host.exec("nft", "flush", "chain", "inet", "fairlead_0badcafe", "forward");
    assertThat(outside.tryHttpGet(url, SOON)).contains("hello");
    fixture.networks.repair();
    assertThat(outside.tryHttpGet(url, SOON)).isEmpty();
  }

  @Test
  void leavingTrafficBearsTheHostsV6Address() {
    String id = fixture.start("web", NetworkFixture.bridge());
    outside.serveHttp("2001:db8::2", 8000, client -> Addresses.text(client.getAddress()));

    assertThat(
            fixture
                .inside(id, "busybox", "wget", "-q", "-O", "-", "http://[2001:db8::2]:8000/")
                .stdout())
        .isEqualTo("2001:db8::1");
  }

  @Test
  void aLeaseOfEachFamilyComesBack() {
    String id = fixture.start("web", NetworkFixture.bridge());
    var before = fixture.endpoint(id);
    fixture.stop(id);
    fixture.restart(id, "web", NetworkFixture.bridge());

    assertThat(
            Subnet.parse("fd00:17::/64").contains(Addresses.parse(before.address6().orElseThrow())))
        .isTrue();
    assertThat(fixture.endpoint(id)).isEqualTo(before);
  }
}
