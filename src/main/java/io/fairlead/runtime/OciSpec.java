package io.fairlead.runtime;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OCI runtime's configuration of one container (config.json), with Docker's defaults. A value
 * made of a value: it reads the root's user files and the host's devices, nothing else.
 */
final class OciSpec {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
  private final SeccompProfile seccomp;
  private final SeccompFilters filters;
  private final List<String> capabilities;

  /**
   * @param filters what the runtime is spared compiling again
   * @param grantable the capabilities that the engine can give at all
   */
  OciSpec(
      ProcessSpec spec,
      CgroupLayout cgroups,
      SeccompProfile seccomp,
      SeccompFilters filters,
      Set<String> grantable) {
    this.spec = spec;
    this.cgroups = cgroups;
    this.seccomp = seccomp;
    this.filters = filters;
    this.capabilities =
        Capabilities.resolve(
            spec.addedCapabilities(), spec.droppedCapabilities(), spec.isPrivileged(), grantable);
  }

  byte[] toJson() {
    return JsonMapper.shared().writeValueAsBytes(toMap());
  }

  Map<String, Object> toMap() {
    return object(
        "ociVersion",
        "1.0.2",
        "process",
        process(),
        "root",
        object("path", spec.root().toString(), "readonly", false),
        "hostname",
        spec.hostname(),
        "mounts",
        mounts(),
        "annotations",
        filters.annotations(seccompRules()),
        "linux",
        linux());
  }

  private Map<String, Object> process() {
    var user = ProcessUser.lookUp(spec.root(), spec.user());
    var caps = capabilities.stream().map(name -> "CAP_" + name).toList();
    // What execve(2) leaves to somebody who is not root: nothing but the bound.
    var held = user.uid() == 0 ? caps : List.<String>of();
    var process =
        object(
            "terminal",
            spec.terminal().isPresent(),
            "user",
            object("uid", user.uid(), "gid", user.gid(), "additionalGids", user.groups()),
            "args",
            spec.arguments(),
            "env",
            environment(user),
            "cwd",
            workingDirectory(),
            "capabilities",
            object("bounding", caps, "effective", held, "permitted", held));
    spec.terminal()
        .filter(ConsoleSize::isKnown)
        .ifPresent(size -> process.put("consoleSize", toMap(size)));
    return process;
  }

  static Map<String, Object> toMap(ConsoleSize size) {
    return object("height", size.height(), "width", size.width());
  }

  private String workingDirectory() {
    String directory = spec.workingDirectory().isEmpty() ? "/" : spec.workingDirectory();
    if (!directory.startsWith("/")) {
      throw new InvalidRequest(
          "the working directory '%s' is invalid, it needs to be an absolute path"
              .formatted(directory));
    }
    return directory;
  }

  /** A later entry of the same name wins, in the place of the first. */
  private List<String> environment(ProcessUser user) {
    var byName = new LinkedHashMap<String, String>();
    byName.put("PATH", PATH);
    for (String entry : spec.environment()) {
      byName.put(name(entry), entry);
    }
    if (byName.getOrDefault("HOME", "HOME=").equals("HOME=")) {
      byName.put("HOME", "HOME=" + user.home());
    }
    return List.copyOf(byName.values());
  }

  private static String name(String entry) {
    int end = entry.indexOf('=');
    return end < 0 ? entry : entry.substring(0, end);
  }

  private List<Map<String, Object>> mounts() {
    String access = spec.isPrivileged() ? "rw" : "ro";
    var byTarget = new LinkedHashMap<String, Map<String, Object>>();
    put(byTarget, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
    put(byTarget, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
    put(
        byTarget,
        "/dev/pts",
        "devpts",
        "devpts",
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
        "gid=5");
    put(byTarget, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access);
    if (cgroups != CgroupLayout.NONE) {
      put(byTarget, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", access);
    }
    put(byTarget, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
    put(
        byTarget,
        "/dev/shm",
        "tmpfs",
        "shm",
        "nosuid",
        "noexec",
        "nodev",
        "mode=1777",
        "size=65536k");
    // What is mounted on a directory must come after the directory itself.
    spec.mounts().stream()
        .sorted(Comparator.comparingInt(mount -> mount.target().split("/", -1).length))
        .forEach(mount -> bind(byTarget, mount));
    return List.copyOf(byTarget.values());
  }

  private static void put(
      Map<String, Map<String, Object>> mounts,
      String target,
      String type,
      String source,
      String... options) {
    mounts.put(
        target,
        object("destination", target, "type", type, "source", source, "options", List.of(options)));
  }

  private static void bind(Map<String, Map<String, Object>> mounts, ProcessSpec.BindMount mount) {
    String access = mount.isReadOnly() ? "ro" : "rw";
    mounts.remove(mount.target());
    put(mounts, mount.target(), "bind", mount.source().toString(), "rbind", "rprivate", access);
  }

  private Map<String, Object> linux() {
    var linux = new LinkedHashMap<String, Object>();
    linux.put("cgroupsPath", CgroupLayout.path(spec.id()));
    linux.put("namespaces", namespaces());
    linux.put("resources", object("devices", Devices.rules(spec.isPrivileged())));
    if (spec.network().isPresent()) {
      // As Docker does where the namespace is not the host's: ports below 1024 and ping for all.
      linux.put(
          "sysctl",
          object(
              "net.ipv4.ip_unprivileged_port_start",
              "0",
              "net.ipv4.ping_group_range",
              "0 2147483647"));
    }
    if (spec.isPrivileged()) {
      linux.put("devices", Devices.ofHost());
    } else {
      linux.put("maskedPaths", MASKED);
      linux.put("readonlyPaths", READ_ONLY);
      linux.put("seccomp", seccompRules());
    }
    return linux;
  }

  /** What the process may ask of the kernel; empty where it may ask everything. */
  Map<String, Object> seccompRules() {
    return spec.isPrivileged() ? Map.of() : seccomp.resolve(Set.copyOf(capabilities));
  }

  private List<Map<String, Object>> namespaces() {
    var list = new ArrayList<Map<String, Object>>();
    for (String type : List.of("mount", "uts", "pid", "ipc")) {
      list.add(object("type", type));
    }
    spec.network().ifPresent(path -> list.add(object("type", "network", "path", path.toString())));
    // On v1 Docker leaves the cgroup namespace the host's, and so do we.
    if (cgroups == CgroupLayout.V2) {
      list.add(object("type", "cgroup"));
    }
    return list;
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
