package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.runtime.Isolation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a container shares, as it stands in its {@code HostConfig}. */
record IsolationJson(
    String ipcMode,
    String pidMode,
    @JsonProperty("UTSMode") String utsMode,
    String cgroupnsMode,
    String cgroupParent,
    @Nullable List<String> securityOpt,
    boolean readonlyRootfs,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> tmpfs,
    long shmSize,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> sysctls,
    @Nullable List<String> groupAdd,
    List<Device> devices,
    @Nullable List<String> deviceCgroupRules,
    @Nullable List<String> maskedPaths,
    @Nullable List<String> readonlyPaths,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean init) {

  record Device(String pathOnHost, String pathInContainer, String cgroupPermissions) {}

  static IsolationJson of(Isolation isolation) {
    return new IsolationJson(
        isolation.ipc(),
        isolation.pid(),
        isolation.uts(),
        isolation.cgroup(),
        isolation.cgroupParent(),
        HostConfigJson.orNull(isolation.securityOptions()),
        isolation.isRootReadOnly(),
        isolation.tmpfs(),
        isolation.shmBytes(),
        isolation.sysctls(),
        HostConfigJson.orNull(isolation.addedGroups()),
        isolation.devices().stream().map(IsolationJson::device).toList(),
        HostConfigJson.orNull(isolation.deviceRules()),
        isolation.maskedPaths().orElse(null),
        isolation.readOnlyPaths().orElse(null),
        isolation.hasInit() ? Boolean.TRUE : null);
  }

  private static Device device(Isolation.Device device) {
    return new Device(device.pathOnHost(), device.pathInContainer(), device.permissions());
  }
}
