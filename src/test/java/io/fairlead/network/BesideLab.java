package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.engine.EngineConfig;
import io.fairlead.network.address.Addresses;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A host on which an engine and other firewalls meet, another host on its wire, and what both hosts
 * see, in both families.
 */
final class BesideLab implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Everything of the firewall, each line with the command that shows it. */
  private static final String RULES =
      """
      for tool in iptables ip6tables iptables-legacy ip6tables-legacy; do $tool-save | sed "s/^/$tool: /"; done
      nft -s list ruleset | sed 's/^/nft: /'
      """;

  private static final String OUR_TABLES =
      "nft: table \\S+ fairlead_\\S+ \\{\n(nft: \t.*\n|nft: \n)*nft: \\}\n";

  /** Legacy tables only where they are there: asking for one makes it. */
  private static final String FLUSH =
      """
      nft flush ruleset
      for tool in iptables-legacy ip6tables-legacy; do
        for table in $($tool-save | sed -n 's/^\\*//p'); do $tool -t $table -F; $tool -t $table -X; done
        if $tool-save | grep -q '^:FORWARD DROP'; then $tool -P FORWARD ACCEPT; fi
      done
      """;

  private static final String TAKE_BACK =
      """
      nft -a list ruleset | awk '/^table/ { t = $2 " " $3 } /^\tchain/ { c = $2 }
        /comment "fairlead"/ { print "delete rule " t " " c " handle " $NF }' | nft -f -
      for tool in iptables-legacy ip6tables-legacy; do
        $tool-save | sed -n 's/^-A\\(.*comment fairlead .*\\)/-D\\1/p' | xargs -r $tool
      done
      """;

  enum Family {
    V4("198.51.100.1", "198.51.100.2", 24),
    V6("2001:db8::1", "2001:db8::2", 64);

    final String host;
    final String outside;
    private final int prefixLength;

    Family(String host, String outside, int prefixLength) {
      this.host = host;
      this.outside = outside;
      this.prefixLength = prefixLength;
    }

    String url(String address, int port, String path) {
      String literal = this == V6 ? "[" + address + "]" : address;
      return "http://%s:%d/%s".formatted(literal, port, path);
    }
  }

  final TestHost host = TestHost.create("host");
  final TestHost outside = TestHost.create("outside");

  BesideLab() {
    host.link(
        outside,
        Family.V4.host + "/" + Family.V4.prefixLength,
        Family.V4.outside + "/" + Family.V4.prefixLength);
    host.address("to-outside", Family.V6.host + "/" + Family.V6.prefixLength);
    outside.address("to-host", Family.V6.outside + "/" + Family.V6.prefixLength);
    for (Family family : Family.values()) {
      outside.serveHttp(family.outside, 80, client -> Addresses.text(client.getAddress()));
    }
  }

  /** Has a container serve one page, {@code /page}, which says the container's name. */
  static void serve(TestEngine engine, String name, int port) {
    engine
        .wanted("sh", "-c", "echo %s > /page; exec httpd -f -p 80 -h /".formatted(name))
        .publish("", Integer.toString(port), "80/tcp")
        .name(name)
        .start();
    await()
        .until(
            () ->
                engine
                    .host()
                    .tryHttpGet(Family.V4.url("127.0.0.1", port, "page"), PATIENCE)
                    .isPresent());
  }

  /** From another host, by the published port. */
  Optional<String> page(Family family, int port) {
    return outside.tryHttpGet(family.url(family.host, port, "page"), PATIENCE).map(String::strip);
  }

  boolean isReached(Family family) {
    return page(family, 8080).isPresent();
  }

  /** A container reaches another host, which sees the address of ours. */
  static boolean reachesOut(TestEngine engine, Family family) {
    return fetch(engine, family.url(family.outside, 80, "")).equals(family.host);
  }

  /** The page that a container of ours gets there, or empty. */
  static String fetch(TestEngine engine, String url) {
    // Not as the first process, which signals of its own namespace do not end.
    String script = "timeout 2 wget -q -O - %s; exit 0".formatted(url);
    return engine.wanted("sh", "-c", script).run().stdout().strip();
  }

  /** All rules of others, without counts: what is not in a table of ours, nor has our comment. */
  String theirs() {
    return withoutOurs(rules());
  }

  private static String withoutOurs(String rules) {
    return rules
        .replaceAll(OUR_TABLES, "")
        .lines()
        .filter(line -> !line.contains("fairlead:"))
        .reduce("", (all, line) -> all + line + "\n");
  }

  /** The same, but with what is ours in theirs. */
  String theirsWithOurs() {
    return rules().replaceAll(OUR_TABLES, "");
  }

  /** An engine's own tables, with what is in them. */
  String tablesOf(TestEngine engine) {
    String id = engine.engine().info().id();
    return Pattern.compile(OUR_TABLES)
        .matcher(rules())
        .results()
        .map(MatchResult::group)
        .filter(table -> table.contains("fairlead_" + id))
        .collect(Collectors.joining());
  }

  /** Our rules among those of others, as {@code COMMAND: RULE}. */
  List<String> oursAmongTheirs() {
    return rules().lines().filter(line -> line.matches("ip.*\"fairlead:.*")).toList();
  }

  /** What {@link #oursAmongTheirs} has for one. */
  static String accept(String command, String chain, TestEngine engine) {
    return "%s: -A %s -m mark --mark 0x2000000/0x2000000 -m comment --comment \"fairlead:%s\" -j ACCEPT"
        .formatted(command, chain, engine.engine().info().id());
  }

  private String rules() {
    // The comments hold times, the counters what has passed.
    return host.exec("bash", "-c", RULES)
        .stdout()
        .lines()
        .filter(line -> !line.matches("\\S+: #.*"))
        .map(line -> line.replaceAll("\\[\\d+:\\d+\\]", ""))
        .reduce("", (all, line) -> all + line + "\n");
  }

  /** As somebody does who wants no firewall at all. */
  void flush() {
    host.exec("bash", "-c", FLUSH);
  }

  /** What the engine says now about that. */
  static String finding(TestEngine engine, String about) {
    List<String> findings = engine.engine().info().findings();
    assertThat(findings).anyMatch(line -> line.contains(about));
    return findings.stream().filter(line -> line.contains(about)).findFirst().orElseThrow();
  }

  /** Runs the command that a finding gives. */
  void follow(TestEngine engine, String about) {
    String line = finding(engine, about);
    host.exec("bash", "-c", line.substring(line.indexOf("run: ") + 5));
  }

  /** Deletes the rule that {@link #follow} has made, wherever it is. */
  void takeRemedyBack() {
    host.exec("bash", "-c", TAKE_BACK);
  }

  static UnaryOperator<EngineConfig> configured(
      Optional<String> bridge, boolean ipv6, boolean leaves) {
    return usual ->
        new EngineConfig(
            usual.dataRoot(),
            usual.execRoot(),
            usual.host(),
            bridge,
            usual.bip(),
            ipv6,
            ipv6 ? Optional.of("fd00:17::/64") : Optional.empty(),
            usual.mtuBytes(),
            usual.runtime(),
            leaves);
  }

  @Override
  public void close() {
    outside.close();
    host.close();
  }
}
