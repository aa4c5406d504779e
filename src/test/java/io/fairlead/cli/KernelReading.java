package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.TestHost;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What ip, bridge and nft say of a host and its sandboxes, to hold a map against. */
record KernelReading(TestHost host, String engineId) {

  /** The claim: all that a map says of the network is what the kernel says at this moment. */
  void confirms(JsonNode map) {
    for (JsonNode sandbox : map.path("Sandboxes")) {
      confirmsSandbox(sandbox);
    }
    for (JsonNode bridge : map.path("Bridges")) {
      JsonNode link = bridge.path("Link");
      assertThat(shown(link)).isEqualTo(read(host.exec("ip", "-j", "addr", "show", name(link))));
    }
    for (JsonNode link : map.path("Host").path("Links")) {
      assertThat(shown(link)).isEqualTo(read(host.exec("ip", "-j", "addr", "show", name(link))));
    }
    assertThat(routes(map.path("Host").path("Routes")))
        .isEqualTo(
            read(host.exec("ip", "-j", "route"), host.exec("ip", "-j", "-6", "route")).stream()
                .filter(route -> route.contains(" via "))
                .collect(Collectors.toSet()));
    assertThat(texts(map.path("Bridges"), "Masquerades"))
        .isEqualTo(map.path("Bridges").isEmpty() ? Set.of() : masqueraded());
  }

  private void confirmsSandbox(JsonNode sandbox) {
    String pin = sandbox.path("Pin").asString();
    var links = new TreeSet<String>();
    for (JsonNode inner : sandbox.path("Links")) {
      links.add(shown(inner.path("Link")));
      confirmsHostEnd(inner, pin);
    }
    assertThat(String.join("", links)).isEqualTo(read(inside(pin, "ip", "-j", "addr")));
    assertThat(routes(sandbox.path("Routes")))
        .isEqualTo(read(inside(pin, "ip", "-j", "route"), inside(pin, "ip", "-j", "-6", "route")));
  }

  private void confirmsHostEnd(JsonNode inner, String pin) {
    String name = name(inner.path("Link"));
    JsonNode here = json(inside(pin, "ip", "-j", "link", "show", name)).get(0);
    JsonNode end = inner.path("HostEnd");
    Optional<JsonNode> there =
        array(json(host.exec("ip", "-j", "link")))
            .filter(link -> link.path("ifindex").asInt() == here.path("link_index").asInt(-1))
            .filter(link -> !link.path("ifname").asString().equals("lo"))
            .findFirst();
    if (there.isEmpty() || name.equals("lo")) {
      assertThat(end.isNull()).as(name).isTrue();
      return;
    }
    assertThat(name(end.path("Link"))).isEqualTo(there.get().path("ifname").asString());
    assertThat(end.path("Bridge").asString()).isEqualTo(there.get().path("master").asString(""));
    assertThat(end.path("Ours").asBoolean())
        .isEqualTo(there.get().path("ifalias").asString("").startsWith("fairlead:" + engineId));
    // The bridge's own list of its ports.
    assertThat(
            array(json(host.exec("bridge", "-j", "link")))
                .anyMatch(port -> port.path("ifname").equals(there.get().path("ifname"))))
        .isEqualTo(!end.path("Bridge").asString().isEmpty());
  }

  /** Subnets that a rule masquerades. */
  private Set<String> masqueraded() {
    String rules = nft("list", "chain", "inet", table(), "postrouting");
    return Stream.of("subnets4", "subnets6")
        .filter(name -> rules.contains("@" + name))
        .flatMap(name -> elements("set", name).stream())
        .collect(Collectors.toSet());
  }

  /**
   * The elements of a set or a map, as nft prints them.
   *
   * @param kind {@code set} or {@code map}
   */
  Set<String> elements(String kind, String name) {
    String listing = nft("list", kind, "inet", table(), name);
    int begin = listing.indexOf("elements = {") + "elements = {".length();
    return begin < "elements = {".length()
        ? Set.of()
        : Stream.of(listing.substring(begin, listing.indexOf('}', begin)).split(",", -1))
            .map(String::strip)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Nothing where the table is gone. */
  private String nft(String... words) {
    return host.tryExec(
            Stream.concat(Stream.of("nft", "-s"), Stream.of(words)).toArray(String[]::new))
        .stdout();
  }

  private String table() {
    return "fairlead_" + engineId;
  }

  private static Command inside(String pin, String... command) {
    return Command.run(
            Stream.concat(Stream.of("nsenter", "--net=" + pin, "--"), Stream.of(command)).toList())
        .succeeded();
  }

  private static String name(JsonNode link) {
    return link.path("Name").asString();
  }

  private static String shown(JsonNode link) {
    return "%s %s %s mtu %d %s\n"
        .formatted(
            name(link),
            link.path("Up").asBoolean() ? "up" : "down",
            link.path("Mac").asString(),
            link.path("Mtu").asInt(),
            new TreeSet<>(array(link.path("Addresses")).map(JsonNode::asString).toList()));
  }

  /** What {@code ip -j addr} says, in the same form. */
  private static String read(Command addresses) {
    var links = new TreeSet<String>();
    for (JsonNode link : json(addresses)) {
      links.add(
          "%s %s %s mtu %d %s\n"
              .formatted(
                  link.path("ifname").asString(),
                  array(link.path("flags")).anyMatch(flag -> flag.asString().equals("UP"))
                      ? "up"
                      : "down",
                  link.path("address").asString(),
                  link.path("mtu").asInt(),
                  new TreeSet<>(
                      array(link.path("addr_info"))
                          .filter(each -> !each.path("scope").asString().equals("link"))
                          .map(
                              each ->
                                  each.path("local").asString()
                                      + "/"
                                      + each.path("prefixlen").asInt())
                          .toList())));
    }
    return String.join("", links);
  }

  private static Set<String> routes(JsonNode routes) {
    var all = new HashSet<String>();
    for (JsonNode route : routes) {
      String gateway = route.path("Gateway").asString();
      all.add(
          route.path("Destination").asString().replaceFirst("^(0.0.0.0|::)/0$", "default")
              + (gateway.isEmpty() ? "" : " via " + gateway)
              + " dev "
              + route.path("Link").asString());
    }
    return all;
  }

  /** What {@code ip -j route} says, in the same form. */
  private static Set<String> read(Command v4, Command v6) {
    var all = new HashSet<String>();
    for (Command each : List.of(v4, v6)) {
      for (JsonNode route : json(each)) {
        String gateway = route.path("gateway").asString("");
        String destination = route.path("dst").asString();
        if (!destination.startsWith("fe80")) {
          all.add(
              destination
                  + (gateway.isEmpty() ? "" : " via " + gateway)
                  + " dev "
                  + route.path("dev").asString());
        }
      }
    }
    return all;
  }

  private static Set<String> texts(JsonNode of, String name) {
    var all = new TreeSet<String>();
    of.forEach(each -> array(each.path(name)).map(JsonNode::asString).forEach(all::add));
    return all;
  }

  private static Stream<JsonNode> array(JsonNode node) {
    return node.valueStream();
  }

  static JsonNode json(Command command) {
    String text = command.stdout();
    return JsonMapper.shared().readTree(text.isBlank() ? "[]" : text);
  }
}
