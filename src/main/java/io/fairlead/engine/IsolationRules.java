package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import io.fairlead.runtime.Isolation;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Which ways of sharing make sense, whatever the kernel can; what does not is refused in Docker's
 * words.
 */
final class IsolationRules {
  private static final Set<String> IPC = Set.of("", "private", "shareable", "none", "host");
  private static final Set<String> PID = Set.of("", "host");
  private static final Set<String> UTS = Set.of("", "host");
  private static final Set<String> CGROUP = Set.of("", "host", "private");

  /** Those that each IPC namespace has for itself (ipc_namespaces(7)). */
  private static final Set<String> IPC_SYSCTLS =
      Set.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  private IsolationRules() {}

  /**
   * @throws InvalidRequest in Docker's words
   */
  static void check(ContainerSpec spec) {
    var isolation = spec.isolation();
    checkModes(isolation);
    refuseIf(
        isolation.uts().equals("host") && !spec.hostname().isEmpty(),
        "conflicting options: hostname and the UTS mode");
    refuseIf(isolation.shmBytes() < 0, "SHM size can not be less than 0");
    refuseIf(
        spec.autoRemove() && !spec.restartPolicy().isNo(),
        "can't create 'AutoRemove' container with restart policy");
    checkTmpfs(spec);
    checkDevices(isolation);
    isolation.sysctls().keySet().forEach(name -> checkSysctl(name, spec));
  }

  private static void checkModes(Isolation isolation) {
    checkMode("IPC", isolation.ipc(), IPC, true);
    checkMode("PID", isolation.pid(), PID, true);
    checkMode("UTS", isolation.uts(), UTS, false);
    checkMode("cgroup namespace", isolation.cgroup(), CGROUP, false);
  }

  private static void checkMode(String kind, String mode, Set<String> known, boolean joins) {
    boolean isJoining =
        joins && mode.startsWith(Donors.JOINING) && mode.length() > Donors.JOINING.length();
    refuseIf(!known.contains(mode) && !isJoining, "invalid %s mode: %s".formatted(kind, mode));
  }

  private static void checkTmpfs(ContainerSpec spec) {
    var taken = new HashSet<String>();
    Binds.parse(spec.binds()).forEach(bind -> taken.add(bind.target()));
    for (String target : spec.isolation().tmpfs().keySet()) {
      refuseIf(
          !target.startsWith("/"),
          "invalid mount config for type \"tmpfs\": invalid mount path: '%s' mount path must be absolute"
              .formatted(target));
      Path path = Path.of(target).normalize();
      refuseIf(
          path.getNameCount() == 0,
          "invalid mount config for type \"tmpfs\": destination can't be '/'");
      refuseIf(!taken.add(path.toString()), "Duplicate mount point: " + path);
    }
  }

  private static void checkDevices(Isolation isolation) {
    for (var device : isolation.devices()) {
      refuseIf(
          !device.pathOnHost().startsWith("/"),
          "invalid device path on the host: '%s': it must be absolute"
              .formatted(device.pathOnHost()));
      refuseIf(
          !device.pathInContainer().isEmpty() && !device.pathInContainer().startsWith("/"),
          "invalid device path in the container: '%s': it must be absolute"
              .formatted(device.pathInContainer()));
      refuseIf(
          !device.permissions().matches("[rwm]{0,3}"), "bad device mode: " + device.permissions());
    }
  }

  /** Only what a namespace of the container's own has for itself may be set. */
  private static void checkSysctl(String name, ContainerSpec spec) {
    refuseIf(
        !name.matches("[a-zA-Z0-9_]+([./-][a-zA-Z0-9_]+)+"),
        "invalid sysctl name \"%s\"".formatted(name));
    String dotted = name.replace('/', '.');
    boolean isOfIpc = IPC_SYSCTLS.contains(dotted) || dotted.startsWith("fs.mqueue.");
    boolean isOfNetwork = dotted.startsWith("net.");
    refuseIf(
        !isOfIpc && !isOfNetwork,
        "sysctl \"%s\" is not in a separate kernel namespace".formatted(name));
    refuseIf(
        isOfIpc && spec.isolation().ipc().equals("host"),
        "sysctl \"%s\" is not allowed in the hosts ipc namespace".formatted(name));
    refuseIf(
        isOfNetwork && spec.networkMode().equals("host"),
        "sysctl \"%s\" not allowed in host network namespace".formatted(name));
  }

  private static void refuseIf(boolean isWrong, String words) {
    if (isWrong) {
      throw new InvalidRequest(words);
    }
  }
}
