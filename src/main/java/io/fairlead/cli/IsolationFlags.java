package io.fairlead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The flags that say what a container shares, and what its root is like; as fields of {@code
 * HostConfig}. Only what was asked for is in them.
 */
final class IsolationFlags {
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final Map<String, String> tmpfs = new LinkedHashMap<>();
  private final Map<String, String> sysctls = new LinkedHashMap<>();
  private final List<Map<String, String>> devices = new ArrayList<>();
  private final List<String> deviceRules = new ArrayList<>();
  private final List<String> groups = new ArrayList<>();
  private final List<String> securityOptions = new ArrayList<>();

  void describe(Usage usage) {
    usage
        .flag("--init", "Run a small init as its first process", on -> fields.put("Init", on))
        .flag(
            "--read-only", "Its root cannot be written to", on -> fields.put("ReadonlyRootfs", on))
        .option(
            "--tmpfs",
            "DIR[:OPTIONS]",
            "A file system in memory (/run:size=64m)",
            value -> putPair(tmpfs, value, ":"))
        .option(
            "--shm-size",
            "BYTES",
            "The size of /dev/shm (default: 64m)",
            value -> fields.put("ShmSize", LimitFlags.sizeOf("--shm-size", value)))
        .option(
            "--sysctl",
            "NAME=VALUE",
            "A kernel parameter of its namespaces",
            value -> putPair(sysctls, value, "="))
        .option("--device", "PATH[:INSIDE[:rwm]]", "A device of the host", this::addDevice)
        .option(
            "--device-cgroup-rule",
            "RULE",
            "Devices that it may use ('c 42:* rmw')",
            deviceRules::add)
        .option("--group-add", "GROUP", "One more group of its user", groups::add)
        .option("--ipc", "MODE", "private, shareable, none, host, container:NAME", text("IpcMode"))
        .option("--pid", "MODE", "host, container:NAME", text("PidMode"))
        .option("--uts", "MODE", "host", text("UTSMode"))
        .option("--cgroupns", "MODE", "private, host", text("CgroupnsMode"))
        .option(
            "--cgroup-parent", "PATH", "The group that its own is made in", text("CgroupParent"))
        .option(
            "--security-opt",
            "OPTION",
            "no-new-privileges, seccomp=FILE, seccomp=unconfined, systempaths=unconfined",
            this::addSecurityOption);
  }

  private Consumer<String> text(String field) {
    return value -> fields.put(field, value);
  }

  private static void putPair(Map<String, String> map, String value, String separator) {
    String[] parts = value.split(separator, 2);
    map.put(parts[0], parts.length == 2 ? parts[1] : "");
  }

  private void addDevice(String value) {
    String[] parts = value.split(":", 3);
    boolean isPermission = parts.length == 2 && parts[1].matches("[rwm]{1,3}");
    String inside = parts.length > 1 && !isPermission ? parts[1] : parts[0];
    String permissions = parts.length == 3 ? parts[2] : isPermission ? parts[1] : "rwm";
    devices.add(
        Map.of(
            "PathOnHost", parts[0], "PathInContainer", inside, "CgroupPermissions", permissions));
  }

  /** A profile is a file here, and its text in the request: the daemon may be elsewhere. */
  private void addSecurityOption(String value) {
    if (value.equals("systempaths=unconfined")) {
      fields.put("MaskedPaths", List.of());
      fields.put("ReadonlyPaths", List.of());
      return;
    }
    boolean isFile =
        value.startsWith("seccomp=")
            && !value.equals("seccomp=unconfined")
            && !value.equals("seccomp=builtin");
    if (!isFile) {
      securityOptions.add(value);
      return;
    }
    Path file = Path.of(value.substring("seccomp=".length()));
    try {
      securityOptions.add("seccomp=" + Files.readString(file));
    } catch (IOException e) {
      throw new CommandFailure(
          125, "opening seccomp profile (%s) failed: it cannot be read: %s".formatted(file, e));
    }
  }

  Map<String, Object> fields() {
    var all = new LinkedHashMap<>(fields);
    put(all, "Tmpfs", tmpfs, tmpfs.isEmpty());
    put(all, "Sysctls", sysctls, sysctls.isEmpty());
    put(all, "Devices", devices, devices.isEmpty());
    put(all, "DeviceCgroupRules", deviceRules, deviceRules.isEmpty());
    put(all, "GroupAdd", groups, groups.isEmpty());
    put(all, "SecurityOpt", securityOptions, securityOptions.isEmpty());
    return all;
  }

  private static void put(Map<String, Object> all, String name, Object value, boolean isEmpty) {
    if (!isEmpty) {
      all.put(name, value);
    }
  }
}
