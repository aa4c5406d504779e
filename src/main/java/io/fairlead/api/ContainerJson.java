package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fairlead.engine.Container;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.image.Image;
import io.fairlead.image.ImageConfig;
import io.fairlead.network.NetworkSettings;
import io.fairlead.network.NetworkSettings.HostPort;
import io.fairlead.store.ContainerState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A container in {@code GET /containers/{id}/json}. */
record ContainerJson(
    String id,
    String created,
    String path,
    List<String> args,
    State state,
    String image,
    String resolvConfPath,
    String hostnamePath,
    String hostsPath,
    String logPath,
    String name,
    int restartCount,
    String driver,
    String platform,
    String mountLabel,
    String processLabel,
    String appArmorProfile,
    @JsonProperty("ExecIDs") @Nullable List<String> execIds,
    HostConfigJson hostConfig,
    List<MountJson> mounts,
    Config config,
    Network networkSettings,
    @JsonUnwrapped ContainerSize size) {

  private static final ImageConfig NO_CONFIG =
      new ImageConfig("", List.of(), List.of(), List.of(), "", Set.of(), Set.of(), Map.of(), "");

  record State(
      String status,
      boolean running,
      boolean paused,
      boolean restarting,
      @JsonProperty("OOMKilled") boolean oomKilled,
      boolean dead,
      int pid,
      int exitCode,
      String error,
      String startedAt,
      String finishedAt) {}

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Config(
      String hostname,
      String domainname,
      String user,
      boolean attachStdin,
      boolean attachStdout,
      boolean attachStderr,
      Optional<Map<String, Map<String, String>>> exposedPorts,
      boolean tty,
      boolean openStdin,
      boolean stdinOnce,
      List<String> env,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable List<String> cmd,
      String image,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Map<String, String> volumes,
      String workingDir,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable List<String> entrypoint,
      Map<String, String> labels,
      Optional<String> stopSignal,
      Optional<Integer> stopTimeout) {}

  /**
   * @param legacy the default bridge's endpoint once more, as it is up to version 1.51
   */
  record Network(
      String bridge,
      @JsonProperty("SandboxID") String sandboxId,
      String sandboxKey,
      Map<String, @Nullable List<PortJson>> ports,
      @JsonUnwrapped Legacy legacy,
      Map<String, EndpointJson> networks) {}

  record PortJson(String hostIp, String hostPort) {}

  record Legacy(
      boolean hairpinMode,
      @JsonProperty("LinkLocalIPv6Address") String linkLocal6,
      @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalPrefixLength6,
      @JsonProperty("SecondaryIPAddresses") @Nullable List<String> secondary,
      @JsonProperty("SecondaryIPv6Addresses") @Nullable List<String> secondary6,
      @JsonProperty("EndpointID") String endpointId,
      String gateway,
      @JsonProperty("GlobalIPv6Address") String address6,
      @JsonProperty("GlobalIPv6PrefixLen") int prefixLength6,
      @JsonProperty("IPAddress") String address,
      @JsonProperty("IPPrefixLen") int prefixLength,
      @JsonProperty("IPv6Gateway") String gateway6,
      String macAddress) {}

  /**
   * @param image what it was made of; empty if that was removed by force
   * @param execIds of those that have not ended
   */
  static ContainerJson of(
      Container container,
      Optional<Image> image,
      String driver,
      ContainerSize size,
      List<String> execIds) {
    List<String> arguments = container.arguments();
    return new ContainerJson(
        container.id(),
        Json.time(container.createdAt()),
        arguments.isEmpty() ? "" : arguments.getFirst(),
        arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size()),
        state(container),
        container.imageId(),
        text(container.resolvConfPath()),
        text(container.hostnamePath()),
        text(container.hostsPath()),
        text(container.logPath()),
        "/" + container.name(),
        container.restartCount(),
        driver,
        "linux",
        "",
        "",
        "",
        execIds.isEmpty() ? null : execIds,
        HostConfigJson.of(container.spec()),
        MountJson.of(container),
        config(container, image.map(Image::config).orElse(NO_CONFIG)),
        network(container),
        size);
  }

  private static String text(Path path) {
    return path.toString();
  }

  private static State state(Container container) {
    return new State(
        ContainerStatus.word(container),
        ContainerStatus.isRunning(container),
        container.state() == ContainerState.PAUSED,
        container.state() == ContainerState.RESTARTING,
        container.oomKilled(),
        false,
        ContainerStatus.isRunning(container) ? container.pid() : 0,
        container.exitCode(),
        container.error(),
        Json.time(container.startedAt()),
        Json.time(container.finishedAt()));
  }

  /** What it was asked to be, and where nothing was asked, what its image says. */
  private static Config config(Container container, ImageConfig image) {
    ContainerSpec spec = container.spec();
    Map<String, Map<String, String>> ports = new TreeMap<>();
    image.exposedPorts().forEach(port -> ports.put(port, Map.of()));
    spec.exposedPorts().forEach(port -> ports.put(port, Map.of()));
    spec.portBindings().keySet().forEach(port -> ports.put(port, Map.of()));
    return new Config(
        container.hostname(),
        "",
        container.user(),
        spec.attachStdin(),
        spec.attachStdout(),
        spec.attachStderr(),
        ports.isEmpty() ? Optional.empty() : Optional.of(ports),
        spec.tty(),
        spec.openStdin(),
        spec.stdinOnce(),
        environment(container),
        spec.command().orElse(spec.entrypoint().isPresent() ? null : orNull(image.command())),
        spec.image(),
        null,
        container.workingDirectory(),
        spec.entrypoint().orElse(orNull(image.entrypoint())),
        spec.labels(),
        Stream.of(spec.stopSignal(), image.stopSignal())
            .filter(each -> !each.isEmpty())
            .findFirst(),
        spec.stopTimeoutSeconds());
  }

  /** Without the host name, which every process is told and nobody asked for. */
  private static List<String> environment(Container container) {
    String told = "HOSTNAME=" + container.hostname();
    return container.environment().stream()
        .filter(each -> !each.equals(told) || container.spec().environment().contains(each))
        .toList();
  }

  private static @Nullable List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }

  private static Network network(Container container) {
    NetworkSettings settings = container.network();
    Map<String, @Nullable List<PortJson>> ports = new TreeMap<>();
    settings.ports().forEach((port, places) -> ports.put(port, ports(places)));
    Map<String, EndpointJson> endpoints = EndpointJson.of(container);
    EndpointJson first = endpoints.getOrDefault("bridge", EndpointJson.NONE);
    return new Network(
        "",
        settings.sandboxId(),
        settings.sandboxKey(),
        ports,
        new Legacy(
            false,
            "",
            0,
            null,
            null,
            first.endpointId(),
            first.gateway(),
            first.address6(),
            first.prefixLength6(),
            first.address(),
            first.prefixLength(),
            first.gateway6(),
            first.macAddress()),
        endpoints);
  }

  /** Null for a port that is exposed and not published. */
  private static @Nullable List<PortJson> ports(List<HostPort> places) {
    if (places.isEmpty()) {
      return null;
    }
    return places.stream()
        .map(place -> new PortJson(place.hostIp(), Integer.toString(place.hostPort())))
        .toList();
  }
}
