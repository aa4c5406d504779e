package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.network.port.PortBinding;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /containers/create}, understood. What it says, the engine checks. */
final class CreateRequest {
  /** Networks that are always there, and go with no other. */
  private static final Set<String> MODES = Set.of("bridge", "host", "none");

  private final Fields config;
  private final Fields host;

  private CreateRequest(JsonNode body) {
    this.config = new Fields("", body);
    this.host = config.object("HostConfig");
  }

  /** Reads a create. */
  static ContainerSpec parse(JsonNode body) {
    ModeConflicts.refuse(body);
    UnbuiltOptions.refuse(body);
    return new CreateRequest(body).spec();
  }

  private ContainerSpec spec() {
    if (config.text("Image").isBlank()) {
      throw new InvalidRequest("invalid reference format: the request names no image");
    }
    String mode = networkMode();
    checkEndpoints(mode);
    return new ContainerSpec(
        config.text("Image"),
        config.words("Entrypoint").map(words -> words.isEmpty() ? List.of("") : words),
        config.words("Cmd").filter(words -> !words.isEmpty()),
        config.texts("Env"),
        config.text("WorkingDir"),
        config.text("User"),
        config.text("Hostname"),
        config.textsByKey("Labels"),
        config.flag("AttachStdin"),
        config.flag("AttachStdout"),
        config.flag("AttachStderr"),
        config.flag("OpenStdin"),
        config.flag("StdinOnce"),
        config.flag("Tty"),
        ConsoleSizes.of(host),
        mode,
        exposedPorts(),
        portBindings(),
        host.flag("PublishAllPorts"),
        host.texts("Binds").stream().map(bind -> Bind.parse(bind).toString()).toList(),
        Set.copyOf(host.texts("CapAdd")),
        Set.copyOf(host.texts("CapDrop")),
        host.flag("Privileged"),
        host.flag("AutoRemove"),
        config.text("StopSignal"),
        config.number("StopTimeout"),
        ResourcesRequest.limits(host),
        IsolationRequest.of(host),
        ResourcesRequest.restartPolicy(host));
  }

  private String networkMode() {
    String mode = host.text("NetworkMode");
    return mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
  }

  private Set<String> exposedPorts() {
    return config.keys("ExposedPorts").stream()
        .map(CreateRequest::port)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** An empty list of bindings is one binding to a port of the engine's choice. */
  private Map<String, List<PortBinding>> portBindings() {
    Fields bindings = host.object("PortBindings");
    Map<String, List<PortBinding>> byPort = new LinkedHashMap<>();
    for (String port : host.keys("PortBindings")) {
      List<PortBinding> places =
          bindings.objects(port).stream()
              .map(each -> new PortBinding(each.text("HostIp"), each.text("HostPort")))
              .toList();
      byPort.put(port(port), places.isEmpty() ? List.of(new PortBinding("", "")) : places);
    }
    return byPort;
  }

  private static String port(String text) {
    String port = text.toLowerCase(Locale.ROOT);
    return port.contains("/") ? port : port + "/tcp";
  }

  /** Clients send an entry for the network of the mode, all of its values empty. */
  private void checkEndpoints(String mode) {
    Fields networking = config.object("NetworkingConfig");
    Fields endpoints = networking.object("EndpointsConfig");
    for (String network : networking.keys("EndpointsConfig")) {
      if (!isSame(network, mode)) {
        if (MODES.contains(network)) {
          throw new InvalidRequest(
              "Container cannot be connected to network endpoints: "
                  + String.join(", ", networking.keys("EndpointsConfig")));
        }
        throw new NotBuilt(
            "not built in this version: connecting to the network %s besides %s"
                .formatted(network, mode));
      }
      ModeConflicts.refuseMacAddress(mode, endpoints.object(network));
      checkEndpoint(endpoints.object(network));
    }
  }

  private static boolean isSame(String network, String mode) {
    return network.equals(mode) || (network.equals("default") && mode.equals("bridge"));
  }

  private static void checkEndpoint(Fields endpoint) {
    if (!endpoint.texts("Aliases").isEmpty()) {
      throw new InvalidRequest(
          "invalid endpoint settings:\nnetwork-scoped aliases are only supported for user-defined"
              + " networks");
    }
    Fields addresses = endpoint.object("IPAMConfig");
    if (!addresses.text("IPv4Address").isEmpty() || !addresses.text("IPv6Address").isEmpty()) {
      throw new InvalidRequest(
          "invalid endpoint settings:\nuser specified IP address is supported on user defined"
              + " networks only");
    }
    boolean asksForMore =
        !endpoint.texts("Links").isEmpty()
            || !endpoint.text("MacAddress").isEmpty()
            || !endpoint.keys("DriverOpts").isEmpty()
            || !addresses.texts("LinkLocalIPs").isEmpty();
    if (asksForMore) {
      throw new NotBuilt(
          "not built in this version: %s Links, MacAddress, DriverOpts, LinkLocalIPs"
              .formatted(endpoint.path()));
    }
  }
}
