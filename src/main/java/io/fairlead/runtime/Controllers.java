package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The cgroup controllers of the machine, and so which limits it can hold a container to.
 *
 * @param names {@code memory}, {@code cpu}, ...
 * @param isV2 whether they are those of the unified hierarchy
 * @param countsSwap whether the memory controller counts swap
 */
record Controllers(Set<String> names, boolean isV2, boolean countsSwap) {

  /** Reads what is mounted. */
  static Controllers find() {
    var names = new LinkedHashSet<String>();
    boolean hasV1 = false;
    boolean countsSwap = false;
    var unified = new ArrayList<Path>();
    for (String line : lines(Path.of("/proc/thread-self/mounts"))) {
      String[] fields = line.split(" ", -1);
      if (fields[2].equals("cgroup")) {
        hasV1 = true;
        names.addAll(List.of(fields[3].split(",", -1)));
        countsSwap |= Files.exists(Path.of(fields[1], "memory.memsw.limit_in_bytes"));
      } else if (fields[2].equals("cgroup2")) {
        unified.add(Path.of(fields[1]));
      }
    }
    if (hasV1) {
      return new Controllers(names, false, countsSwap);
    }
    for (Path mount : unified) {
      lines(mount.resolve("cgroup.controllers"))
          .forEach(line -> names.addAll(List.of(line.split(" ", -1))));
    }
    return new Controllers(names, true, true);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new EngineFault("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * @throws InvalidRequest for a limit that this machine cannot hold a container to; says why
   */
  void check(Limits limits) {
    var memory = limits.memory();
    var cpu = limits.cpu();
    require("memory", "a memory limit", !memory.equals(Limits.Memory.NONE));
    if (memory.withSwapBytes() != 0 && !countsSwap) {
      throw new InvalidRequest(
          "a limit of memory and swap cannot be kept: this kernel does not count swap (CONFIG_MEMCG_SWAP, swapaccount=1); leave --memory-swap out");
    }
    if (isV2 && memory.swappinessPercent().isPresent()) {
      throw new InvalidRequest(
          "memory swappiness cannot be set: cgroup v2 has none; leave --memory-swappiness out");
    }
    if (isV2 && memory.isKillDisabled()) {
      throw new InvalidRequest(
          "the OOM killer cannot be disabled: cgroup v2 has no such switch; leave --oom-kill-disable out");
    }
    require(
        "cpu",
        "a limit of processor time",
        cpu.billionths() != 0
            || cpu.shares() != 0
            || cpu.periodMicros() != 0
            || cpu.quotaMicros() != 0);
    require(
        "cpuset",
        "a set of processors",
        !cpu.processors().isEmpty() || !cpu.memoryNodes().isEmpty());
    require("pids", "a limit of processes", limits.pids() > 0);
  }

  private void require(String controller, String what, boolean isAskedFor) {
    if (isAskedFor && !names.contains(controller)) {
      throw new InvalidRequest(
          "%s cannot be kept: this machine has no cgroup controller '%s' mounted; leave it out"
              .formatted(what, controller));
    }
  }
}
