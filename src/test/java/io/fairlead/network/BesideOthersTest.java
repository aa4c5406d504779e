package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.engine.EngineConfig;
import io.fairlead.network.BesideLab.Family;
import io.fairlead.testing.TestEngine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Other firewalls that drop what is forwarded, there before the engine or made while it runs: what
 * is reached, what is changed of theirs, what is said.
 */
@Tag("kernel")
class BesideOthersTest {
  /** Their commands, a line each; TOOL is the iptables that makes them, 6 is empty for IPv4. */
  private static final Map<String, String> FIREWALLS =
      Map.of(
          "docker",
          """
          TOOL -N DOCKER-USER
          TOOL -A DOCKER-USER -j RETURN
          TOOL -I FORWARD -j DOCKER-USER
          TOOL -P FORWARD DROP
          """,
          "ufw",
          """
          TOOL -P FORWARD DROP
          TOOL -N ufw6-before-forward
          TOOL -N ufw6-user-forward
          TOOL -A ufw6-before-forward -p PING -j ACCEPT
          TOOL -A ufw6-before-forward -j ufw6-user-forward
          TOOL -A FORWARD -j ufw6-before-forward
          """,
          "policy",
          """
          nft add table TOOL theirs
          nft add chain TOOL theirs passing { type filter hook forward priority 0 ; policy drop ; }
          """,
          "last rule",
          """
          nft add table TOOL theirs
          nft add chain TOOL theirs passing { type filter hook forward priority 0 ; }
          nft add chain TOOL theirs refusing
          nft add rule TOOL theirs refusing counter reject
          nft add rule TOOL theirs passing ct state established accept
          nft add rule TOOL theirs passing jump refusing
          """,
          "legacy policy",
          "TOOL -P FORWARD DROP\nTOOL -A FORWARD -j RETURN\n",
          "legacy last rule",
          """
          TOOL -N refusing
          TOOL -A refusing -m comment --comment all -j REJECT
          TOOL -N asking
          TOOL -A asking -p tcp -j RETURN
          TOOL -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
          TOOL -A FORWARD -j asking
          TOOL -A FORWARD -g refusing
          """,
          // What firewalld writes for two zones, as far as it is about forwarding.
          "firewalld",
          """
          nft add table inet firewalld
          nft add chain inet firewalld filter_FORWARD { type filter hook forward priority filter + 10 ; }
          nft add chain inet firewalld filter_FORWARD_dispatch
          nft add chain inet firewalld filter_FWD_public
          nft add chain inet firewalld filter_FWD_trusted
          nft add rule inet firewalld filter_FORWARD ct state { established, related } accept
          nft add rule inet firewalld filter_FORWARD ct status dnat accept
          nft add rule inet firewalld filter_FORWARD iifname "lo" accept
          nft add rule inet firewalld filter_FORWARD ct state invalid drop
          nft add rule inet firewalld filter_FORWARD jump filter_FORWARD_dispatch
          nft add rule inet firewalld filter_FORWARD reject with icmpx type admin-prohibited
          nft add rule inet firewalld filter_FORWARD_dispatch iifname "to-outside" goto filter_FWD_public
          nft add rule inet firewalld filter_FWD_public reject with icmpx type admin-prohibited
          nft add rule inet firewalld filter_FWD_trusted accept
          """);

  private final BesideLab lab = new BesideLab();

  @AfterEach
  void gone() {
    lab.close();
  }

  @ParameterizedTest(name = "{0} of {1}, made {2} the engine: {3} has the only change")
  @CsvSource({
    "docker, iptables,         before, ip filter DOCKER-USER",
    "docker, iptables,         after,  ip filter DOCKER-USER",
    "docker, ip6tables,        before, ip6 filter DOCKER-USER",
    "docker, ip6tables,        after,  ip6 filter DOCKER-USER",
    "docker, iptables-legacy,  after,  iptables-legacy filter DOCKER-USER",
    "docker, ip6tables-legacy, after,  ip6tables-legacy filter DOCKER-USER",
    "ufw,    iptables,         after,  ip filter ufw-user-forward",
    "ufw,    ip6tables,        after,  ip6 filter ufw6-user-forward"
  })
  void oneAcceptInItsOwnChainLetsThrough(String firewall, String tool, String when, String chain) {
    Family family = family(tool);
    if (when.equals("before")) {
      make(firewall, tool);
    }
    try (var engine = TestEngine.open(lab.host, of(family, false))) {
      if (when.equals("after")) {
        make(firewall, tool);
      }
      String theirs = lab.theirs();
      BesideLab.serve(engine, "ours", 8080);

      String name = chain.substring(chain.lastIndexOf(' ') + 1);
      await()
          .untilAsserted(
              () ->
                  assertThat(lab.oursAmongTheirs())
                      .containsExactly(BesideLab.accept(tool, name, engine)));
      assertThat(lab.isReached(family)).isTrue();
      assertThat(BesideLab.reachesOut(engine, family)).isTrue();
      BesideLab.finding(engine, "one rule in %s accepts".formatted(chain));
      assertThat(lab.theirs()).isEqualTo(theirs);
      engine.engine().purge();
      assertThat(lab.oursAmongTheirs()).isEmpty();
      assertThat(lab.theirs()).isEqualTo(theirs);
      // What was there before the engine is compared when it closes.
      if (when.equals("after")) {
        lab.flush();
      }
    }
  }

  @ParameterizedTest(name = "{0} of {1}")
  @CsvSource({
    "docker,        iptables,        --foreign-firewall is leave",
    "docker,        ip6tables,       --foreign-firewall is leave",
    "docker,        iptables-legacy, --foreign-firewall is leave",
    "ufw,           iptables,        --foreign-firewall is leave",
    "policy,        ip,              chain ip theirs passing drops what is forwarded",
    "policy,        ip6,             chain ip6 theirs passing drops what is forwarded",
    "policy,        inet,            chain inet theirs passing drops what is forwarded",
    "last rule,     ip,              chain ip theirs passing drops what is forwarded",
    "last rule,     inet,            chain inet theirs passing drops what is forwarded",
    "legacy policy, iptables-legacy, chain iptables-legacy filter FORWARD drops what is forwarded",
    "legacy last rule, iptables-legacy,  chain iptables-legacy filter FORWARD drops what is forwarded",
    "legacy last rule, ip6tables-legacy, chain ip6tables-legacy filter FORWARD drops what is forwarded"
  })
  void whatIsNotOverriddenIsNotReachedAndTheRemedyIsSaidAndWorks(
      String firewall, String tool, String finding) {
    Family family = family(tool);
    // Where there is no chain for others the engine may do what it likes, and does nothing.
    boolean leaves = finding.contains("leave");
    make(firewall, tool);
    String before = lab.theirs();
    try (var engine = TestEngine.open(lab.host, of(family, leaves))) {
      BesideLab.serve(engine, "ours", 8080);

      assertThat(lab.isReached(family)).isFalse();
      assertThat(lab.theirsWithOurs()).isEqualTo(before);
      lab.follow(engine, finding);
      assertThat(lab.isReached(family)).isTrue();
      assertThat(BesideLab.reachesOut(engine, family)).isTrue();
      if (!leaves) {
        await()
            .until(() -> BesideLab.finding(engine, finding).contains(", and has a rule for what"));
      }
      lab.takeRemedyBack();
    }
    assertThat(lab.theirs()).isEqualTo(before);
  }

  @Test
  void whereFirewalldRejectsTheBridgeInTheTrustedZoneIsSaidAndHelps() {
    make("firewalld", "");
    String before = lab.theirs();
    try (var engine = TestEngine.open(lab.host)) {
      BesideLab.serve(engine, "ours", 8080);

      assertThat(lab.isReached(Family.V4)).isTrue();
      assertThat(BesideLab.reachesOut(engine, Family.V4)).isFalse();
      assertThat(lab.theirs()).isEqualTo(before);
      assertThat(BesideLab.finding(engine, "chain inet firewalld filter_FORWARD"))
          .endsWith(
              "run: firewall-cmd --permanent --zone=trusted --add-interface=docker0 && firewall-cmd --reload");
      // What that makes of the dispatch chain.
      lab.host.exec(
          "nft",
          "insert rule inet firewalld filter_FORWARD_dispatch iifname \"docker0\" goto filter_FWD_trusted");
      assertThat(BesideLab.reachesOut(engine, Family.V4)).isTrue();
      await()
          .until(
              () ->
                  BesideLab.finding(engine, "chain inet firewalld filter_FORWARD")
                      .endsWith(", and has a rule for what this engine forwards"));
      lab.host.exec("nft", "flush", "ruleset");
      make("firewalld", "");
    }
  }

  /** Others may route by marks of connections, and may ask for a packet's. */
  @Test
  void packetsAreMarkedInsteadOfConnectionsWhileAnotherFirewallHasASay() {
    try (var engine = TestEngine.open(lab.host)) {
      BesideLab.serve(engine, "web", 8080);
      lab.host.exec("busybox", "sysctl", "-w", "net.bridge.bridge-nf-call-iptables=1");
      assertThat(marked(engine)).isEqualTo("connection");
      // Left alone as such, it does not keep the table from becoming what it is to be.
      String ours = "fairlead_" + engine.engine().info().id();
      lab.host.exec("nft", "add", "rule", "inet", ours, "entering", "counter");
      lab.host.exec("nft", "add", "rule", "bridge", ours, "forged", "counter");
      lab.host.exec(
          "nft",
          """
          table ip theirs {
            chain passing {
              type filter hook forward priority 0
              ct state established accept
            }
          }
          """);
      await().until(() -> lab.tablesOf(engine).contains("meta mark set"));
      assertThat(marked(engine)).isEqualTo("packet");
      lab.host.exec("nft", "delete", "table", "ip", "theirs");
      await().until(() -> lab.tablesOf(engine).contains("ct mark set"));
      assertThat(marked(engine)).isEqualTo("connection");
    }
  }

  /** What bears our mark when one container talks to another. */
  private String marked(TestEngine engine) {
    // As an engine like this one has it: what others have there would be a say.
    lab.host.exec(
        "nft",
        """
        table ip fairlead_watch {
          chain passing {
            type filter hook forward priority 0
            ip daddr 172.17.0.2 ct mark 0x02000000 counter comment "connection"
            ip daddr 172.17.0.2 meta mark 0x02000000 counter comment "packet"
          }
        }
        """);
    assertThat(BesideLab.fetch(engine, "http://172.17.0.2/page")).isEqualTo("web");
    String counted = lab.host.exec("nft", "list", "table", "ip", "fairlead_watch").stdout();
    lab.host.exec("nft", "delete", "table", "ip", "fairlead_watch");
    return counted
        .lines()
        .filter(line -> line.matches(".*packets [1-9].*"))
        .map(line -> line.replaceAll(".* comment \"(.*)\"", "$1"))
        .collect(Collectors.joining(" and "));
  }

  @Test
  void whatDropsIpv6AloneDoesNotConcernAnEngineWithoutIt() {
    make("docker", "ip6tables");
    String before = lab.theirs();
    try (var engine = TestEngine.open(lab.host)) {
      assertThat(engine.engine().info().findings())
          .noneMatch(line -> line.contains("drops what is forwarded"));
      assertThat(lab.theirsWithOurs()).isEqualTo(before);
    }
  }

  @Test
  void aDockerdThatWouldShareOurDocker0IsNamed() {
    try (var engine = TestEngine.open(lab.host)) {
      make("docker", "iptables");
      await()
          .untilAsserted(
              () ->
                  assertThat(engine.engine().info().findings())
                      .anyMatch(line -> line.startsWith("a dockerd came later, and takes")));
      lab.flush();
    }
  }

  @Test
  void aChainThatIsMadeAnewGetsItsRuleAgain() {
    make("docker", "iptables");
    try (var engine = TestEngine.open(lab.host)) {
      BesideLab.serve(engine, "ours", 8080);
      assertThat(lab.isReached(Family.V4)).isTrue();
      lab.host.exec("iptables", "-F", "DOCKER-USER");
      await()
          .untilAsserted(
              () ->
                  assertThat(lab.oursAmongTheirs())
                      .containsExactly(BesideLab.accept("iptables", "DOCKER-USER", engine)));
      assertThat(lab.isReached(Family.V4)).isTrue();
      lab.host.exec("iptables", "-A", "DOCKER-USER", "-j", "RETURN");
    }
  }

  @Test
  void afterAFlushOfEverythingAllOfOursIsThereAgain() {
    try (var engine = TestEngine.open(lab.host)) {
      BesideLab.serve(engine, "ours", 8080);
      lab.host.exec("nft", "flush", "ruleset");
      await().until(() -> lab.isReached(Family.V4));
      assertThat(BesideLab.reachesOut(engine, Family.V4)).isTrue();
    }
  }

  @Test
  void twoEnginesOnOneHostReachAndLeaveEachOther() {
    try (var first = TestEngine.open(lab.host)) {
      BesideLab.serve(first, "ours", 8080);
      String tables = lab.tablesOf(first);
      try (var second = TestEngine.open(lab.host)) {
        BesideLab.serve(second, "second", 8090);
        String tablesOfSecond = lab.tablesOf(second);
        assertThat(lab.page(Family.V4, 8090)).contains("second");
        assertThat(lab.page(Family.V4, 8080)).contains("ours");
        assertThat(lab.tablesOf(first)).isEqualTo(tables);
        first.containers().stop("ours", Optional.empty(), Optional.of(0));
        first.containers().start("ours");
        await().until(() -> lab.isReached(Family.V4));
        assertThat(lab.tablesOf(second)).isEqualTo(tablesOfSecond);
      }
      assertThat(lab.tablesOf(first)).isEqualTo(tables);
      assertThat(lab.isReached(Family.V4)).isTrue();
    }
  }

  /** What one lets out is not, by the other's rules, let in already. */
  @Test
  void twoEnginesContainersDoNotReachEachOtherByAddress() {
    try (var first = TestEngine.open(lab.host, bridge("fairlead7"))) {
      BesideLab.serve(first, "ours", 8080);
      try (var second = TestEngine.open(lab.host, bridge("fairlead8"))) {
        BesideLab.serve(second, "second", 8090);
        assertThat(lab.host.httpGet(page(first, "ours"))).startsWith("ours");
        assertThat(lab.host.httpGet(page(second, "second"))).startsWith("second");
        assertThat(BesideLab.fetch(second, page(first, "ours"))).isEmpty();
        assertThat(BesideLab.fetch(first, page(second, "second"))).isEmpty();
        assertThat(BesideLab.fetch(first, Family.V4.url(Family.V4.host, 8090, "page")))
            .isEqualTo("second");
      }
    }
  }

  private static UnaryOperator<EngineConfig> bridge(String name) {
    return BesideLab.configured(Optional.of(name), false, false);
  }

  private static String page(TestEngine engine, String name) {
    var endpoints = engine.containers().find(name).network().endpoints();
    String address = endpoints.values().iterator().next().address().orElseThrow();
    return Family.V4.url(address, 80, "page");
  }

  private void make(String firewall, String tool) {
    boolean isV6 = tool.startsWith("ip6");
    String commands =
        Optional.ofNullable(FIREWALLS.get(firewall))
            .orElseThrow()
            .replace("TOOL", tool)
            .replace("ufw6", isV6 ? "ufw6" : "ufw")
            .replace("PING", isV6 ? "icmpv6" : "icmp");
    for (String command : commands.lines().toList()) {
      List<String> words = Arrays.asList(command.split(" ", -1));
      lab.host.exec(words.toArray(String[]::new));
    }
  }

  private static Family family(String tool) {
    return tool.startsWith("ip6") ? Family.V6 : Family.V4;
  }

  private static UnaryOperator<EngineConfig> of(Family family, boolean leaves) {
    return BesideLab.configured(Optional.empty(), family == Family.V6, leaves);
  }
}
