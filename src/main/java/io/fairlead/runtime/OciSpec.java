package io.fairlead.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OCI runtime's configuration of one container (config.json), with Docker's defaults. A value
 * made of a value: it reads the root's user files and the host's devices, nothing else.
 */
final class OciSpec {
  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private final ProcessSpec spec;
  private final CgroupLayout cgroups;
  private final SeccompFilters filters;
  private final List<String> capabilities;
  private final SecurityOptions security;
  private final Map<String, Object> seccompRules;
  private final Joins joins;

  /**
   * @param filters what the runtime is spared compiling again
   * @param grantable the capabilities that the engine can give at all
   * @param joins what it uses of others
   */
  OciSpec(
      ProcessSpec spec,
      CgroupLayout cgroups,
      SeccompProfile seccomp,
      SeccompFilters filters,
      Set<String> grantable,
      Joins joins) {
    this.spec = spec;
    this.cgroups = cgroups;
    this.filters = filters;
    this.capabilities =
        Capabilities.resolve(
            spec.addedCapabilities(), spec.droppedCapabilities(), spec.isPrivileged(), grantable);
    this.security = SecurityOptions.parse(spec.isolation().securityOptions());
    this.seccompRules = seccompRules(seccomp);
    this.joins = joins;
  }

  /** What the process may ask of the kernel; empty where it may ask everything. */
  private Map<String, Object> seccompRules(SeccompProfile usual) {
    if (spec.isPrivileged() || security.isUnfiltered()) {
      return Map.of();
    }
    return security
        .profile()
        .map(SeccompProfile::new)
        .orElse(usual)
        .resolve(Set.copyOf(capabilities));
  }

  byte[] toJson() {
    return JsonMapper.shared().writeValueAsBytes(toMap());
  }

  Map<String, Object> toMap() {
    var map =
        object(
            "ociVersion",
            "1.0.2",
            "process",
            process(),
            "root",
            object("path", spec.root().toString(), "readonly", spec.isolation().isRootReadOnly()));
    if (!isHostNamed()) {
      map.put("hostname", spec.hostname());
    }
    map.put("mounts", OciMounts.of(spec, cgroups, joins.shm(), joins.init()));
    map.put("annotations", filters.annotations(seccompRules));
    map.put("linux", linux());
    return map;
  }

  /** Whether its host name is the host's own. */
  private boolean isHostNamed() {
    return spec.isolation().uts().equals("host");
  }

  private Map<String, Object> process() {
    var user =
        ProcessUser.lookUp(spec.root(), spec.user())
            .in(spec.root(), spec.isolation().addedGroups());
    var process =
        object(
            "terminal",
            spec.terminal().isPresent(),
            "user",
            OciProcess.user(user),
            "args",
            joins.init().isPresent() ? InitProgram.before(spec.arguments()) : spec.arguments(),
            "env",
            OciProcess.environment(spec.environment(), user.home()),
            "cwd",
            OciProcess.workingDirectory(spec.workingDirectory()),
            "capabilities",
            OciProcess.capabilities(OciProcess.names(capabilities), user.uid()));
    OciProcess.putTerminal(process, spec.terminal());
    var limits = spec.limits();
    if (!limits.ulimits().isEmpty()) {
      process.put("rlimits", ResourceLimits.inOciForm(limits.ulimits()));
    }
    if (limits.oomScoreAdjustment() != 0) {
      process.put("oomScoreAdj", limits.oomScoreAdjustment());
    }
    if (security.gainsNoPrivileges()) {
      process.put("noNewPrivileges", true);
    }
    return process;
  }

  private Map<String, Object> linux() {
    var isolation = spec.isolation();
    var linux = new LinkedHashMap<String, Object>();
    linux.put("cgroupsPath", CgroupLayout.path(spec.id(), isolation.cgroupParent()));
    linux.put("namespaces", namespaces());
    var resources = object("devices", Devices.rules(spec.isPrivileged(), isolation));
    resources.putAll(OciResources.of(spec.limits()));
    linux.put("resources", resources);
    var sysctls = sysctls();
    if (!sysctls.isEmpty()) {
      linux.put("sysctl", sysctls);
    }
    if (spec.isPrivileged()) {
      linux.put("devices", Devices.ofHost());
    } else {
      var devices = Devices.named(isolation.devices());
      if (!devices.isEmpty()) {
        linux.put("devices", devices);
      }
      linux.put("maskedPaths", isolation.maskedPaths().orElse(MASKED));
      linux.put("readonlyPaths", isolation.readOnlyPaths().orElse(READ_ONLY));
      if (!seccompRules.isEmpty()) {
        linux.put("seccomp", seccompRules);
      }
    }
    return linux;
  }

  private Map<String, String> sysctls() {
    var sysctls = new LinkedHashMap<String, String>();
    if (spec.network().isPresent()) {
      // As Docker does where the namespace is not the host's: ports below 1024 and ping for all.
      sysctls.put("net.ipv4.ip_unprivileged_port_start", "0");
      sysctls.put("net.ipv4.ping_group_range", "0 2147483647");
    }
    sysctls.putAll(spec.isolation().sysctls());
    return sysctls;
  }

  /** The rules it is filtered by where they are one of the usual sets, which many share. */
  Map<String, Object> sharedSeccompRules() {
    return security.profile().isPresent() ? Map.of() : seccompRules;
  }

  private List<Map<String, Object>> namespaces() {
    var isolation = spec.isolation();
    var list = new ArrayList<Map<String, Object>>();
    list.add(object("type", "mount"));
    if (!isHostNamed()) {
      list.add(object("type", "uts"));
    }
    if (!isolation.pid().equals("host")) {
      list.add(namespace("pid", joins.pid()));
    }
    if (!isolation.ipc().equals("host")) {
      list.add(namespace("ipc", joins.ipc()));
    }
    spec.network().ifPresent(path -> list.add(namespace("network", Optional.of(path))));
    if (cgroups.isNamespaceUsed(isolation)) {
      list.add(object("type", "cgroup"));
    }
    return list;
  }

  private static Map<String, Object> namespace(String type, Optional<Path> joined) {
    return joined.isPresent()
        ? object("type", type, "path", joined.get().toString())
        : object("type", type);
  }

  /**
   * @param pairs names and values, by turns
   */
  static Map<String, Object> object(Object... pairs) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
