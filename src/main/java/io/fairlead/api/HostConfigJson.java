package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
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
    String volumeDriver,
    @Nullable List<String> volumesFrom,
    @Nullable List<String> capAdd,
    @Nullable List<String> capDrop,
    String cgroupnsMode,
    List<String> dns,
    List<String> dnsOptions,
    List<String> dnsSearch,
    @Nullable List<String> extraHosts,
    @Nullable List<String> groupAdd,
    String ipcMode,
    String cgroup,
    @Nullable List<String> links,
    int oomScoreAdj,
    String pidMode,
    boolean privileged,
    boolean publishAllPorts,
    boolean readonlyRootfs,
    @Nullable List<String> securityOpt,
    @JsonProperty("UTSMode") String utsMode,
    String usernsMode,
    long shmSize,
    String runtime,
    String isolation,
    long memory,
    long nanoCpus,
    long cpuShares,
    String cgroupParent,
    List<String> devices,
    @Nullable List<String> ulimits) {

  private static final long SHM_BYTES = 64L * 1024 * 1024;

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
        new Restart("no", 0),
        spec.autoRemove(),
        "",
        null,
        orNull(List.copyOf(spec.addedCapabilities())),
        orNull(List.copyOf(spec.droppedCapabilities())),
        "private",
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        "private",
        "",
        null,
        0,
        "",
        spec.isPrivileged(),
        spec.publishAllPorts(),
        false,
        null,
        "",
        "",
        SHM_BYTES,
        "",
        "",
        0,
        0,
        0,
        "",
        List.of(),
        null);
  }

  private static Binding binding(PortBinding place) {
    return new Binding(place.hostIp(), place.hostPort());
  }

  private static @Nullable List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }
}
