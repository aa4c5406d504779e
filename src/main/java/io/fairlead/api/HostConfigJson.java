package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.network.port.PortBinding;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a container was asked to have of its host. Options that are not built have their default.
 */
record HostConfigJson(
    @Nullable List<String> binds,
    @JsonProperty("ContainerIDFile") String containerIdFile,
    Named logConfig,
    String networkMode,
    Map<String, List<Binding>> portBindings,
    Restart restartPolicy,
    boolean autoRemove,
    List<Integer> consoleSize,
    String volumeDriver,
    @Nullable List<String> volumesFrom,
    @Nullable List<String> capAdd,
    @Nullable List<String> capDrop,
    List<String> dns,
    List<String> dnsOptions,
    List<String> dnsSearch,
    @Nullable List<String> extraHosts,
    String cgroup,
    @Nullable List<String> links,
    boolean privileged,
    boolean publishAllPorts,
    String usernsMode,
    String runtime,
    String isolation,
    @JsonUnwrapped LimitsJson limits,
    @JsonUnwrapped IsolationJson sharing) {

  record Named(String type, Map<String, String> config) {}

  record Restart(String name, int maximumRetryCount) {}

  record Binding(String hostIp, String hostPort) {}

  static HostConfigJson of(ContainerSpec spec) {
    Map<String, List<Binding>> bindings = new TreeMap<>();
    spec.portBindings()
        .forEach(
            (port, places) ->
                bindings.put(port, places.stream().map(HostConfigJson::binding).toList()));
    return new HostConfigJson(
        orNull(spec.binds()),
        "",
        new Named("json-file", Map.of()),
        spec.networkMode(),
        bindings,
        new Restart(spec.restartPolicy().kind().word(), spec.restartPolicy().maximumRetries()),
        spec.autoRemove(),
        List.of(spec.consoleSize().height(), spec.consoleSize().width()),
        "",
        null,
        orNull(List.copyOf(spec.addedCapabilities())),
        orNull(List.copyOf(spec.droppedCapabilities())),
        List.of(),
        List.of(),
        List.of(),
        null,
        "",
        null,
        spec.isPrivileged(),
        spec.publishAllPorts(),
        "",
        "",
        "",
        LimitsJson.of(spec.limits()),
        IsolationJson.of(spec.isolation()));
  }

  private static Binding binding(PortBinding place) {
    return new Binding(place.hostIp(), place.hostPort());
  }

  static @Nullable List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }
}
