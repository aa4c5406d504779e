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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /containers/create}, understood and checked for form. */
final class CreateRequest {
  private static final Pattern NAME = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]+");
  private static final int MAX_HOSTNAME = 64;

  private final Fields config;
  private final Fields host;

  private CreateRequest(JsonNode body) {
    this.config = new Fields("", body);
    this.host = config.object("HostConfig");
  }

  /** Reads a create. */
  static ContainerSpec parse(JsonNode body) {
    UnbuiltOptions.refuse(body);
    return new CreateRequest(body).spec();
  }

  /** A name as asked for, without its slash. */
  static Optional<String> name(Optional<String> given) {
    given
        .filter(name -> !NAME.matcher(name).matches())
        .ifPresent(
            name -> {
              throw new InvalidRequest(
                  "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
                      .formatted(name));
            });
    return given.map(name -> name.startsWith("/") ? name.substring(1) : name);
  }

  private ContainerSpec spec() {
    if (config.text("Image").isBlank()) {
      throw new InvalidRequest("invalid reference format: the request names no image");
    }
    String mode = networkMode();
    checkEndpoints(mode);
    checkConflicts(mode);
    return new ContainerSpec(
        config.text("Image"),
        config.words("Entrypoint").map(words -> words.isEmpty() ? List.of("") : words),
        config.words("Cmd").filter(words -> !words.isEmpty()),
        environment(),
        config.text("WorkingDir"),
        config.text("User"),
        config.text("Hostname"),
        config.textsByKey("Labels"),
        config.flag("AttachStdin"),
        config.flag("AttachStdout"),
        config.flag("AttachStderr"),
        config.flag("OpenStdin"),
        config.flag("StdinOnce"),
        mode,
        exposedPorts(),
        portBindings(),
        host.flag("PublishAllPorts"),
        host.texts("Binds").stream().map(bind -> Bind.parse(bind).toString()).toList(),
        capabilities("CapAdd"),
        capabilities("CapDrop"),
        host.flag("Privileged"),
        host.flag("AutoRemove"),
        config.text("StopSignal"),
        config.number("StopTimeout"));
  }

  private List<String> environment() {
    List<String> environment = config.texts("Env");
    for (String entry : environment) {
      if (entry.isEmpty() || entry.startsWith("=")) {
        throw new InvalidRequest("invalid environment variable: " + entry);
      }
    }
    return environment;
  }

  private String networkMode() {
    String mode = host.text("NetworkMode");
    if (mode.equals("container:")) {
      throw new InvalidRequest("invalid network mode: container: names no container");
    }
    return mode.isEmpty() ? "default" : mode;
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

  private Set<String> capabilities(String option) {
    Set<String> names = new LinkedHashSet<>();
    for (String given : host.texts(option)) {
      String upper = given.toUpperCase(Locale.ROOT);
      String name = upper.startsWith("CAP_") ? upper.substring(4) : upper;
      if (!name.equals("ALL") && !Capabilities.NAMES.contains(name)) {
        throw new InvalidRequest("invalid %s: unknown capability: \"%s\"".formatted(option, given));
      }
      names.add(name);
    }
    return names;
  }

  /** Clients send an entry for the network of the mode, all of its values empty. */
  private void checkEndpoints(String mode) {
    Fields networking = config.object("NetworkingConfig");
    Fields endpoints = networking.object("EndpointsConfig");
    for (String network : networking.keys("EndpointsConfig")) {
      if (!isSame(network, mode)) {
        throw new NotBuilt(
            "not built in this version: connecting to the network %s besides %s"
                .formatted(network, mode));
      }
      checkEndpoint(endpoints.object(network));
    }
  }

  private static boolean isSame(String network, String mode) {
    Set<String> byDefault = Set.of("default", "bridge");
    return network.equals(mode) || (byDefault.contains(network) && byDefault.contains(mode));
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

  private void checkConflicts(String mode) {
    String hostname = config.text("Hostname");
    if (hostname.length() > MAX_HOSTNAME || hostname.contains("/") || hostname.contains("\0")) {
      throw new InvalidRequest("invalid hostname format: " + hostname);
    }
    if (!mode.startsWith("container:")) {
      return;
    }
    if (!hostname.isEmpty()) {
      throw new InvalidRequest("conflicting options: hostname and the network mode");
    }
    if (!host.keys("PortBindings").isEmpty() || host.flag("PublishAllPorts")) {
      throw new InvalidRequest(
          "conflicting options: port publishing and the container type network mode");
    }
    if (!config.keys("ExposedPorts").isEmpty()) {
      throw new InvalidRequest(
          "conflicting options: port exposing and the container type network mode");
    }
  }
}
