package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import io.fairlead.runtime.ProcessSpec.BindMount;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mounts of one container in the OCI runtime's configuration, by their targets. */
final class OciMounts {
  private final Map<String, Map<String, Object>> byTarget = new LinkedHashMap<>();

  private OciMounts() {}

  /**
   * @param shm the directory behind /dev/shm, where it is shared with others; empty: one of its own
   * @param init the program to have as its first process, if any
   */
  static List<Map<String, Object>> of(
      ProcessSpec spec, CgroupLayout cgroups, Optional<Path> shm, Optional<Path> init) {
    var mounts = new OciMounts();
    mounts.addSystem(spec.isPrivileged() ? "rw" : "ro", cgroups);
    mounts.addShm(spec.isolation(), shm);
    init.ifPresent(program -> mounts.bind(new BindMount(program, InitProgram.TARGET, true)));
    // What is mounted on a directory must come after the directory itself.
    spec.isolation().tmpfs().entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> depth(entry.getKey())))
        .forEach(entry -> mounts.addTmpfs(entry.getKey(), entry.getValue()));
    spec.mounts().stream()
        .sorted(Comparator.comparingInt(mount -> depth(mount.target())))
        .forEach(mounts::bind);
    return List.copyOf(mounts.byTarget.values());
  }

  private static int depth(String target) {
    return target.split("/", -1).length;
  }

  private void addSystem(String access, CgroupLayout cgroups) {
    put("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
    put("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
    put(
        "/dev/pts",
        "devpts",
        "devpts",
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
        "gid=5");
    put("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access);
    if (cgroups != CgroupLayout.NONE) {
      put("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", access);
    }
    put("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
  }

  private void addShm(Isolation isolation, Optional<Path> shared) {
    if (shared.isPresent()) {
      bind(new BindMount(shared.get(), "/dev/shm", false));
    } else if (!isolation.ipc().equals("none")) {
      put(
          "/dev/shm",
          "tmpfs",
          "shm",
          "nosuid",
          "noexec",
          "nodev",
          "mode=1777",
          "size=" + shmBytes(isolation));
    }
  }

  static long shmBytes(Isolation isolation) {
    return isolation.shmBytes() == 0 ? Isolation.SHM_BYTES : isolation.shmBytes();
  }

  private void addTmpfs(String target, String options) {
    byTarget.remove(target);
    put(target, "tmpfs", "tmpfs", TmpfsOptions.parse(options).toArray(String[]::new));
  }

  private void bind(BindMount mount) {
    String access = mount.isReadOnly() ? "ro" : "rw";
    byTarget.remove(mount.target());
    put(mount.target(), "bind", mount.source().toString(), "rbind", "rprivate", access);
  }

  private void put(String target, String type, String source, String... options) {
    byTarget.put(
        target,
        object("destination", target, "type", type, "source", source, "options", List.of(options)));
  }
}
