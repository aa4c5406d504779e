package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.network.BesideLab.Family;
import io.fairlead.testing.Dockerd;
import io.fairlead.testing.Dockerd.Iptables;
import io.fairlead.testing.TestEngine;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real dockerd on the same host: both work, and each leaves what is the other's alone. */
@Tag("kernel")
class BesideDockerdTest {
  private static final int THEIR_PORT = 7070;

  private final BesideLab lab = new BesideLab();

  @AfterEach
  void gone() {
    lab.close();
  }

  @ParameterizedTest
  @EnumSource
  void whereItIsFirstWeTakeWhatIsFreeAndBothWork(Iptables iptables) {
    try (var dockerd = Dockerd.openOn(lab.host, iptables)) {
      dockerd.serve("theirs", THEIR_PORT);
      String before = lab.theirs();
      try (var engine = TestEngine.open(lab.host)) {
        BesideLab.serve(engine, "ours", 8080);

        assertThat(BesideLab.finding(engine, "the default bridge is called"))
            .endsWith("is called fairlead0");
        BesideLab.finding(engine, "172.17.0.0/16 is in use: the default bridge has 172.18.0.0/16");
        assertBothWork(engine, dockerd, iptables);
        assertThat(lab.theirs()).isEqualTo(before);
        engine.engine().purge();
        assertThat(lab.oursAmongTheirs()).isEmpty();
        assertThat(lab.theirs()).isEqualTo(before);
        assertThat(lab.page(Family.V4, THEIR_PORT)).contains("theirs");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("acceptance")
  void whereItComesLaterAndIsRestartedBothWork(Iptables iptables) {
    // As on a machine where it is installed and does not run.
    var besideDocker = BesideLab.configured(Optional.of("fairlead0"), false, false);
    try (var engine = TestEngine.open(lab.host, besideDocker)) {
      BesideLab.serve(engine, "ours", 8080);
      assertThat(lab.page(Family.V4, 8080)).contains("ours");
      // It sets its policy where it is the one who switches forwarding on.
      lab.host.exec("busybox", "sysctl", "-w", "net.ipv4.ip_forward=0");
      try (var log = CapturedLog.of(NetworkWriter.class);
          var dockerd = Dockerd.openOn(lab.host, iptables)) {
        dockerd.serve("theirs", THEIR_PORT);
        assertBothWork(engine, dockerd, iptables);
        assertThat(log.lines())
            .anyMatch(line -> line.contains("one rule in %s accepts".formatted(place(iptables))));
        dockerd.restart();
        assertBothWork(engine, dockerd, iptables);
        String theirs = lab.theirs();
        engine.engine().purge();
        assertThat(lab.oursAmongTheirs()).isEmpty();
        assertThat(lab.theirs()).isEqualTo(theirs);
        assertThat(lab.page(Family.V4, THEIR_PORT)).contains("theirs");
        dockerd.docker("rm", "-f", "theirs");
      }
      // What was there before the engine is compared when it closes.
      lab.flush();
      lab.host.exec("ip", "link", "delete", "docker0");
    }
  }

  @Test
  @Tag("acceptance")
  void leftAloneItIsNotReachedAndTheRemedyIsSaidAndWorks() {
    try (var dockerd = Dockerd.openOn(lab.host, Iptables.NFT)) {
      dockerd.serve("theirs", THEIR_PORT);
      String before = lab.theirs();
      try (var engine =
          TestEngine.open(lab.host, BesideLab.configured(Optional.empty(), false, true))) {
        BesideLab.serve(engine, "ours", 8080);

        assertThat(lab.page(Family.V4, THEIR_PORT)).contains("theirs");
        assertThat(lab.isReached(Family.V4)).isFalse();
        assertThat(BesideLab.reachesOut(engine, Family.V4)).isFalse();
        assertThat(lab.theirs()).isEqualTo(before);
        lab.follow(engine, "--foreign-firewall is leave");
        assertThat(lab.isReached(Family.V4)).isTrue();
        assertThat(BesideLab.reachesOut(engine, Family.V4)).isTrue();
        lab.host.exec("iptables", "-D", "DOCKER-USER", "1");
      }
      assertThat(lab.theirs()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("acceptance")
  void itsContainersArePrivateAsBefore(Iptables iptables) {
    try (var dockerd = Dockerd.openOn(lab.host, iptables)) {
      dockerd.serve("theirs", THEIR_PORT);
      String network = dockerd.docker("network", "create", "apart").substring(0, 12);
      dockerd.serveUnpublished("hidden");
      dockerd.docker("network", "connect", "apart", "hidden");
      String named = "com.docker.network.bridge.name=elsewhere";
      dockerd.docker("network", "create", "-o", named, "named");
      dockerd.docker("network", "connect", "named", "hidden");
      String format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
      List<String> addresses =
          List.of(dockerd.docker("inspect", "-f", format, "hidden").split(" ", -1));
      assertThat(addresses).hasSize(3);
      try (var engine = TestEngine.open(lab.host)) {
        BesideLab.finding(engine, "one rule in %s accepts".formatted(place(iptables)));
        for (String address : addresses) {
          String url = Family.V4.url(address, 80, "page");
          assertThat(lab.host.httpGet(url)).startsWith("hidden");
          assertThat(BesideLab.fetch(engine, url)).isEmpty();
        }
        assertThat(BesideLab.fetch(engine, Family.V4.url(Family.V4.host, THEIR_PORT, "page")))
            .isEqualTo("theirs");
        // Its own rules keep it so: without our exception the accept would be for all.
        String set = "inet fairlead_%s foreign_bridges".formatted(engine.engine().info().id());
        lab.host.exec("nft", "flush set " + set);
        assertThat(BesideLab.fetch(engine, Family.V4.url(addresses.getFirst(), 80, "page")))
            .isEqualTo("hidden");
        // It is put back when somebody changes the firewall.
        lab.host.exec("nft", "add", "table", "ip", "nudge");
        lab.host.exec("nft", "delete", "table", "ip", "nudge");
        await()
            .untilAsserted(
                () -> assertThat(lab.tablesOf(engine)).contains("br-" + network, "elsewhere"));
        assertThat(BesideLab.fetch(engine, Family.V4.url(addresses.getFirst(), 80, "page")))
            .isEmpty();
      }
    }
  }

  private void assertBothWork(TestEngine engine, Dockerd dockerd, Iptables iptables) {
    await()
        .untilAsserted(
            () ->
                assertThat(lab.oursAmongTheirs())
                    .containsExactly(BesideLab.accept(command(iptables), "DOCKER-USER", engine)));
    await().until(() -> lab.page(Family.V4, THEIR_PORT).isPresent());
    assertThat(lab.page(Family.V4, THEIR_PORT)).contains("theirs");
    assertThat(lab.page(Family.V4, 8080)).contains("ours");
    assertThat(BesideLab.reachesOut(engine, Family.V4)).isTrue();
    assertThat(dockerd.docker("exec", "theirs", "wget", "-qO-", "http://198.51.100.2/"))
        .isEqualTo(Family.V4.host);
    // Each container by the other's published port, and a neighbour by its address.
    assertThat(BesideLab.fetch(engine, Family.V4.url(Family.V4.host, THEIR_PORT, "page")))
        .isEqualTo("theirs");
    assertThat(
            dockerd.docker(
                "exec", "theirs", "wget", "-qO-", Family.V4.url(Family.V4.host, 8080, "page")))
        .isEqualTo("ours");
    assertThat(BesideLab.fetch(engine, "http://%s/page".formatted(address(engine))))
        .isEqualTo("ours");
    BesideLab.finding(engine, "one rule in %s accepts".formatted(place(iptables)));
  }

  private static String address(TestEngine engine) {
    var endpoints = engine.containers().find("ours").network().endpoints();
    return endpoints.values().iterator().next().address().orElseThrow();
  }

  private static String command(Iptables iptables) {
    return switch (iptables) {
      case NFT -> "iptables";
      case LEGACY -> "iptables-legacy";
    };
  }

  private static String place(Iptables iptables) {
    return switch (iptables) {
      case NFT -> "ip filter DOCKER-USER";
      case LEGACY -> "iptables-legacy filter DOCKER-USER";
    };
  }
}
