package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which capabilities a container gets: Docker's fourteen, and what was added and dropped. */
final class Capabilities {
  /** linux/capability.h, in the order of their numbers. */
  private static final List<String> BY_NUMBER =
      List.of(
          ("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP"
                  + " LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK"
                  + " IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN"
                  + " SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE"
                  + " AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM"
                  + " BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE")
              .split(" ", -1));

  private static final Set<String> DEFAULT =
      Set.of(
          "CHOWN",
          "DAC_OVERRIDE",
          "FSETID",
          "FOWNER",
          "MKNOD",
          "NET_RAW",
          "SETGID",
          "SETUID",
          "SETFCAP",
          "SETPCAP",
          "NET_BIND_SERVICE",
          "SYS_CHROOT",
          "KILL",
          "AUDIT_WRITE");

  private Capabilities() {}

  /** What this process may give at most: its bounding set. */
  static Set<String> grantable() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapBnd:")) {
          return ofMask(Long.parseUnsignedLong(line.substring(7).strip(), 16));
        }
      }
      throw new EngineFault("/proc/self/status names no capabilities (CapBnd)");
    } catch (IOException e) {
      throw new EngineFault("cannot read /proc/self/status: " + e.getMessage(), e);
    }
  }

  /** Those of them that the kernel knows here, in the order of their numbers. */
  static List<String> all(Set<String> grantable) {
    return resolve(Set.of(), Set.of(), true, grantable);
  }

  /** The names in a mask as /proc/PID/status shows it. */
  static Set<String> ofMask(long mask) {
    var names = new LinkedHashSet<String>();
    for (int i = 0; i < BY_NUMBER.size(); i++) {
      if (((mask >>> i) & 1) == 1) {
        names.add(BY_NUMBER.get(i));
      }
    }
    return names;
  }

  /**
   * The capabilities of a container, in the order of their numbers, without {@code CAP_}.
   *
   * @throws InvalidRequest for a name the kernel does not know, or one that is asked for by name
   *     and that this engine does not have itself
   */
  static List<String> resolve(
      Set<String> added, Set<String> dropped, boolean isPrivileged, Set<String> grantable) {
    var add = canonical(added);
    var drop = canonical(dropped);
    for (String name : add) {
      if (!name.equals("ALL") && !grantable.contains(name)) {
        throw new InvalidRequest(
            "capability CAP_%s cannot be added: the engine itself runs without it".formatted(name));
      }
    }
    boolean all = isPrivileged || add.contains("ALL");
    var result = new ArrayList<String>();
    for (String name : BY_NUMBER) {
      boolean isKept = all || (DEFAULT.contains(name) && !drop.contains("ALL"));
      boolean isWanted = (isKept && !drop.contains(name)) || add.contains(name);
      if ((isPrivileged || isWanted) && grantable.contains(name)) {
        result.add(name);
      }
    }
    return result;
  }

  private static Set<String> canonical(Set<String> names) {
    var result = new LinkedHashSet<String>();
    for (String name : names) {
      String upper = name.toUpperCase(Locale.ROOT);
      String bare = upper.startsWith("CAP_") ? upper.substring(4) : upper;
      if (!bare.equals("ALL") && !BY_NUMBER.contains(bare)) {
        throw new InvalidRequest("invalid capability: \"CAP_%s\"".formatted(bare));
      }
      result.add(bare);
    }
    return result;
  }
}
