package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.engine.EngineConfig;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Other firewalls that drop what is forwarded, there before the engine or made while it runs: what
 * is reached, what is changed of theirs, what is said.
 */
@Tag("kernel")
class BesideOthersTest {
  private static final String HOST = "198.51.100.1";
  private static final String OUTSIDE = "198.51.100.2";

  private static final Map<String, List<String>> FIREWALLS =
      Map.of(
          "docker",
          List.of(
              "iptables -N DOCKER-USER",
              "iptables -A DOCKER-USER -j RETURN",
              "iptables -I FORWARD -j DOCKER-USER",
              "iptables -P FORWARD DROP"),
          "ufw",
          List.of(
              "iptables -P FORWARD DROP",
              "iptables -N ufw-before-forward",
              "iptables -N ufw-user-forward",
              "iptables -A ufw-before-forward -p icmp -j ACCEPT",
              "iptables -A ufw-before-forward -j ufw-user-forward",
              "iptables -A FORWARD -j ufw-before-forward"),
          "bare",
          List.of(
              "nft add table ip theirs",
              "nft add chain ip theirs passing { type filter hook forward priority 0 ; policy drop ; }"));

  private TestHost host;
  private TestHost outside;

  @BeforeEach
  void hosts() {
    host = TestHost.create("host");
    outside = TestHost.create("outside");
    host.link(outside, HOST + "/24", OUTSIDE + "/24");
    outside.serveHttp(OUTSIDE, 80, client -> client.getAddress().getHostAddress());
  }

  @AfterEach
  void gone() {
    outside.close();
    host.close();
  }

  @ParameterizedTest(name = "{0}, made {1} the engine: {2} is announced and the only change")
  @CsvSource({
    "docker, before, DOCKER-USER",
    "docker, after,  DOCKER-USER",
    "ufw,    before, ufw-user-forward",
    "ufw,    after,  ufw-user-forward"
  })
  void oneAcceptInItsOwnChainLetsThrough(String firewall, String when, String chain) {
    if (when.equals("before")) {
      make(firewall);
    }
    try (var engine = TestEngine.open(host)) {
      if (when.equals("after")) {
        make(firewall);
      }
      String theirs = withoutOurs(savedRules());
      serve(engine);

      await().untilAsserted(() -> assertThat(savedRules()).contains(ourRule(engine, chain)));
      assertThat(isReached()).isTrue();
      assertThat(reachesOut(engine)).isTrue();
      assertThat(engine.engine().info().findings())
          .anyMatch(line -> line.contains("one rule in ip filter " + chain));
      assertThat(withoutOurs(savedRules())).isEqualTo(theirs);
      engine.engine().purge();
      assertThat(savedRules()).isEqualTo(theirs);
      // What was there before the engine is compared when it closes.
      if (when.equals("after")) {
        host.exec("nft", "flush", "ruleset");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "ufw"})
  void leftAloneItIsNotReachedAndTheRemedyIsSaidAndWorks(String firewall) {
    make(firewall);
    String before = savedRules();
    try (var engine = TestEngine.open(host, BesideOthersTest::leaving)) {
      serve(engine);

      assertThat(isReached()).isFalse();
      assertThat(savedRules()).isEqualTo(before);
      follow(engine, "--foreign-firewall is leave");
      assertThat(isReached()).isTrue();
      host.exec("iptables", "-D", chainOf(firewall), "1");
    }
    assertThat(savedRules()).isEqualTo(before);
  }

  @Test
  void aBareDropIsNotOverriddenAndTheRemedyIsSaidAndWorks() {
    make("bare");
    try (var engine = TestEngine.open(host)) {
      serve(engine);
      String before = host.exec("nft", "-s", "list", "table", "ip", "theirs").stdout();

      assertThat(isReached()).isFalse();
      assertThat(host.exec("nft", "-s", "list", "table", "ip", "theirs").stdout())
          .isEqualTo(before);
      follow(engine, "chain ip theirs passing drops what is forwarded");
      assertThat(isReached()).isTrue();
      host.exec("nft", "flush", "chain", "ip", "theirs", "passing");
    }
  }

  @Test
  void aChainThatIsMadeAnewGetsItsRuleAgain() {
    make("docker");
    try (var engine = TestEngine.open(host)) {
      serve(engine);
      assertThat(isReached()).isTrue();
      host.exec("iptables", "-F", "DOCKER-USER");
      await()
          .untilAsserted(() -> assertThat(savedRules()).contains(ourRule(engine, "DOCKER-USER")));
      assertThat(isReached()).isTrue();
      host.exec("iptables", "-A", "DOCKER-USER", "-j", "RETURN");
    }
  }

  @Test
  void afterAFlushOfEverythingAllOfOursIsThereAgain() {
    try (var engine = TestEngine.open(host)) {
      serve(engine);
      host.exec("nft", "flush", "ruleset");
      await().until(this::isReached);
      assertThat(reachesOut(engine)).isTrue();
    }
  }

  @Test
  void twoEnginesOnOneHostReachAndLeaveEachOther() {
    try (var first = TestEngine.open(host)) {
      serve(first);
      try (var second = TestEngine.open(host)) {
        second
            .wanted("sh", "-c", "echo two > /page; exec httpd -f -p 80 -h /")
            .publish("", "8090", "80/tcp")
            .start();
        await().until(() -> isReached("8090"));
        assertThat(isReached()).isTrue();
      }
      assertThat(isReached()).isTrue();
    }
  }

  private void make(String firewall) {
    FIREWALLS
        .getOrDefault(firewall, List.of())
        .forEach(command -> host.exec(command.split(" ", -1)));
  }

  private static String chainOf(String firewall) {
    return firewall.equals("docker") ? "DOCKER-USER" : "ufw-user-forward";
  }

  private static EngineConfig leaving(EngineConfig config) {
    return new EngineConfig(
        config.dataRoot(),
        config.execRoot(),
        config.host(),
        config.bridge(),
        config.bip(),
        config.ipv6(),
        config.fixedCidrV6(),
        config.mtuBytes(),
        config.runtime(),
        true);
  }

  private void serve(TestEngine engine) {
    engine
        .wanted("sh", "-c", "echo one > /page; exec httpd -f -p 80 -h /")
        .publish("", "8080", "80/tcp")
        .name("web")
        .start();
    await()
        .until(
            () ->
                host.tryExec("busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/page")
                        .exitCode()
                    == 0);
  }

  /** From another host, by the published port. */
  private boolean isReached() {
    return isReached("8080");
  }

  private boolean isReached(String port) {
    return outside
            .tryExec(
                "busybox",
                "timeout",
                "1",
                "busybox",
                "wget",
                "-q",
                "-O",
                "-",
                "http://%s:%s/page".formatted(HOST, port))
            .exitCode()
        == 0;
  }

  private static boolean reachesOut(TestEngine engine) {
    return engine
        .wanted("timeout", "2", "wget", "-q", "-O", "-", "http://" + OUTSIDE + "/")
        .run()
        .stdout()
        .equals(HOST);
  }

  /** Runs the command that a finding gives. */
  private void follow(TestEngine engine, String finding) {
    String line =
        engine.engine().info().findings().stream()
            .filter(text -> text.contains(finding))
            .findFirst()
            .orElseThrow();
    String rule = line.substring(line.indexOf("nft '") + 5, line.lastIndexOf('\''));
    host.exec("nft", rule);
  }

  private String savedRules() {
    // The comments hold times, the counters what has passed.
    return host.exec("iptables-save")
        .stdout()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceAll("\\[\\d+:\\d+\\]", ""))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private static String withoutOurs(String rules) {
    return rules
        .lines()
        .filter(line -> !line.contains("fairlead:"))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private static String ourRule(TestEngine engine, String chain) {
    return "-A %s -m mark --mark 0x2000000/0x2000000 -m comment --comment \"fairlead:%s\" -j ACCEPT"
        .formatted(chain, engine.engine().info().id());
  }
}
