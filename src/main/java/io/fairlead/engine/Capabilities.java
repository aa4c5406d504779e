package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Linux capabilities by name. */
final class Capabilities {
  /** Their place in the list is their bit, from 0 (linux/capability.h). */
  private static final List<String> NAMES =
      List.of(
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "KILL",
          "SETGID",
          "SETUID",
          "SETPCAP",
          "LINUX_IMMUTABLE",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_ADMIN",
          "NET_RAW",
          "IPC_LOCK",
          "IPC_OWNER",
          "SYS_MODULE",
          "SYS_RAWIO",
          "SYS_CHROOT",
          "SYS_PTRACE",
          "SYS_PACCT",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_NICE",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "MKNOD",
          "LEASE",
          "AUDIT_WRITE",
          "AUDIT_CONTROL",
          "SETFCAP",
          "MAC_OVERRIDE",
          "MAC_ADMIN",
          "SYSLOG",
          "WAKE_ALARM",
          "BLOCK_SUSPEND",
          "AUDIT_READ",
          "PERFMON",
          "BPF",
          "CHECKPOINT_RESTORE");

  private Capabilities() {}

  /**
   * The names in the kernel's form without {@code CAP_}; {@code ALL} may be among them.
   *
   * @param option {@code CapAdd} or {@code CapDrop}, for the message
   * @throws InvalidRequest in Docker's words
   */
  static Set<String> canonical(String option, Set<String> given) {
    var names = new LinkedHashSet<String>();
    for (var text : given) {
      String upper = text.toUpperCase(Locale.ROOT);
      String name = upper.startsWith("CAP_") ? upper.substring(4) : upper;
      if (!upper.equals("ALL") && !NAMES.contains(name)) {
        throw new InvalidRequest(
            "invalid %s: unknown capability: \"%s\""
                .formatted(option, upper.startsWith("CAP_") ? upper : "CAP_" + upper));
      }
      names.add(name);
    }
    return names;
  }

  /**
   * Which of these a process lacks.
   *
   * @param mask as {@code CapEff} in /proc/self/status has it
   */
  static List<String> missing(long mask, List<String> needed) {
    return needed.stream().filter(name -> (mask >> NAMES.indexOf(name) & 1) == 0).toList();
  }
}
