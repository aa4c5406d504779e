package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.engine.Engine;
import io.fairlead.network.NetworkView;
import io.fairlead.network.NetworkView.Member;
import io.fairlead.store.NetworkRow;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Networks: list and inspect. */
final class NetworksApi {
  private static final Set<String> FILTERS =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type");
  private static final String BRIDGE = "com.docker.network.bridge.";
  private static final Set<String> BUILT_IN = Set.of("bridge", "host", "none");

  private final Engine engine;

  NetworksApi(Engine engine) {
    this.engine = engine;
  }

  private record Network(
      String name,
      String id,
      String created,
      String scope,
      String driver,
      @JsonProperty("EnableIPv4") boolean hasIpv4,
      @JsonProperty("EnableIPv6") boolean hasIpv6,
      @JsonProperty("IPAM") Addresses addresses,
      boolean internal,
      boolean attachable,
      boolean ingress,
      From configFrom,
      boolean configOnly,
      Map<String, Endpoint> containers,
      Map<String, String> options,
      Map<String, String> labels) {}

  private record Addresses(
      String driver, @Nullable Map<String, String> options, List<Pool> config) {}

  private record Pool(String subnet, String gateway) {}

  private record From(String network) {}

  private record Endpoint(
      String name,
      @JsonProperty("EndpointID") String endpointId,
      String macAddress,
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address) {}

  /** {@code GET /networks}. Who is on them is said by inspect only, as with Docker. */
  void list(Exchange exchange) {
    Filters filters = Filters.parse(exchange.query().text("filters"), FILTERS);
    exchange.respond(
        200,
        engine.networks().stream()
            .filter(view -> isWanted(view, filters))
            .map(view -> network(view, Map.of()))
            .toList());
  }

  private static boolean isWanted(NetworkView view, Filters filters) {
    NetworkRow row = view.network();
    boolean isBuiltIn = BUILT_IN.contains(row.name());
    return filters.matches("id", row.id())
        && filters.matches("name", row.name())
        && filters.allows("driver", row.driver()::equals)
        && filters.allows("scope", "local"::equals)
        && filters.allows("type", type -> isType(type, isBuiltIn))
        && filters.allowsLabels(Map.of())
        && filters
            .flag("dangling")
            .map(wanted -> wanted == (view.members().isEmpty() && !isBuiltIn))
            .orElse(true);
  }

  private static boolean isType(String type, boolean isBuiltIn) {
    return switch (type) {
      case "builtin" -> isBuiltIn;
      case "custom" -> !isBuiltIn;
      default ->
          throw new InvalidRequest(
              "invalid filter 'type=%s': expected builtin or custom".formatted(type));
    };
  }

  /** {@code GET /networks/{id}}. */
  void inspect(Exchange exchange) {
    String scope = exchange.query().text("scope").orElse("local");
    NetworkView view = engine.network(exchange.parameter("id"));
    if (!scope.equals("local")) {
      throw new NotFound("network %s not found".formatted(exchange.parameter("id")));
    }
    Map<String, Endpoint> members = new LinkedHashMap<>();
    view.members().forEach((id, member) -> members.put(id, endpoint(member)));
    exchange.respond(200, network(view, members));
  }

  private static Endpoint endpoint(Member member) {
    return new Endpoint(
        member.name(),
        member.endpointId(),
        member.mac(),
        member.addresses().stream().filter(each -> !each.contains(":")).findFirst().orElse(""),
        member.addresses().stream().filter(each -> each.contains(":")).findFirst().orElse(""));
  }

  private static Network network(NetworkView view, Map<String, Endpoint> members) {
    NetworkRow row = view.network();
    List<Pool> pools =
        row.subnets().stream().map(each -> new Pool(each.subnet(), each.gateway())).toList();
    return new Network(
        row.name(),
        row.id(),
        Json.time(row.createdAt()),
        "local",
        row.driver(),
        pools.isEmpty() || pools.stream().anyMatch(pool -> !pool.subnet().contains(":")),
        pools.stream().anyMatch(pool -> pool.subnet().contains(":")),
        new Addresses("default", null, pools),
        false,
        false,
        false,
        new From(""),
        false,
        members,
        options(row),
        Map.of());
  }

  /** What was asked for, over what holds without being asked; tools read the bridge's name here. */
  private static Map<String, String> options(NetworkRow row) {
    var options = new TreeMap<String, String>();
    if (row.driver().equals("bridge")) {
      options.put(BRIDGE + "default_bridge", Boolean.toString(row.name().equals("bridge")));
      options.put(BRIDGE + "enable_icc", "true");
      options.put(BRIDGE + "enable_ip_masquerade", "true");
      options.put(BRIDGE + "host_binding_ipv4", "0.0.0.0");
      options.put(BRIDGE + "name", row.link());
      options.put("com.docker.network.driver.mtu", Integer.toString(row.mtuBytes()));
    }
    if (!row.options().isEmpty()) {
      byte[] asked = ("{\"o\":" + row.options() + "}").getBytes(StandardCharsets.UTF_8);
      options.putAll(new Fields("", Json.object(asked)).textsByKey("o"));
    }
    return options;
  }
}
