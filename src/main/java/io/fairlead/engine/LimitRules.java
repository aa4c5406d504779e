package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.runtime.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which limits make sense, whatever the kernel can; what does not is refused in Docker's words. */
final class LimitRules {
  private static final long LEAST_MEMORY_BYTES = 6L << 20;
  private static final long NANOS_PER_CPU = 1_000_000_000;
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");
  private static final int HIGHEST_NUMBER = 8192;

  private LimitRules() {}

  /**
   * @param cpus how many the machine has
   * @throws InvalidRequest in Docker's words
   */
  static void check(Limits limits, int cpus) {
    checkMemory(limits.memory());
    checkCpu(limits.cpu(), cpus);
    int adjustment = limits.oomScoreAdjustment();
    refuseIf(
        adjustment < -1000 || adjustment > 1000,
        "Invalid value %d, range for oom score adj is [-1000, 1000]".formatted(adjustment));
  }

  /** As with Docker: where memory is limited and swap is not, as much swap as memory. */
  static Limits withDefaults(Limits limits) {
    var memory = limits.memory();
    return memory.bytes() > 0 && memory.withSwapBytes() == 0
        ? limits.with(memory.withSwap(2 * memory.bytes()))
        : limits;
  }

  /**
   * @throws Conflict where a change needs another one with it, in Docker's words
   */
  static void checkUpdate(Limits now, Limits changes) {
    long withSwap = now.memory().withSwapBytes();
    if (changes.memory().bytes() > 0
        && changes.memory().withSwapBytes() == 0
        && withSwap > 0
        && changes.memory().bytes() > withSwap) {
      throw new Conflict(
          "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
    }
    if (changes.cpu().billionths() > 0
        && (now.cpu().periodMicros() != 0 || now.cpu().quotaMicros() != 0)) {
      throw new Conflict(
          "Conflicting options: Nano CPUs cannot be updated as CPU %s has already been set"
              .formatted(now.cpu().periodMicros() != 0 ? "Period" : "Quota"));
    }
    if (now.cpu().billionths() > 0
        && (changes.cpu().periodMicros() != 0 || changes.cpu().quotaMicros() != 0)) {
      throw new Conflict(
          "Conflicting options: CPU %s cannot be updated as NanoCPUs has already been set"
              .formatted(changes.cpu().periodMicros() != 0 ? "Period" : "Quota"));
    }
  }

  private static void checkMemory(Limits.Memory memory) {
    long bytes = memory.bytes();
    long soft = memory.softBytes();
    long withSwap = memory.withSwapBytes();
    refuseIf(
        bytes < 0 || (bytes > 0 && bytes < LEAST_MEMORY_BYTES),
        "Minimum memory limit allowed is 6MB");
    refuseIf(withSwap < -1, "invalid memory swap limit: " + withSwap);
    refuseIf(
        bytes > 0 && withSwap > 0 && withSwap < bytes,
        "Minimum memoryswap limit should be larger than memory limit, see usage");
    refuseIf(
        bytes == 0 && withSwap > 0,
        "You should always set the Memory limit when using Memoryswap limit, see usage");
    memory
        .swappinessPercent()
        .ifPresent(
            percent ->
                refuseIf(
                    percent < 0 || percent > 100,
                    "Invalid value: %d, valid memory swappiness range is 0-100"
                        .formatted(percent)));
    refuseIf(
        soft < 0 || (soft > 0 && soft < LEAST_MEMORY_BYTES),
        "Minimum memory reservation allowed is 6MB");
    refuseIf(
        bytes > 0 && soft > bytes,
        "Minimum memory limit can not be less than memory reservation limit, see usage");
  }

  private static void checkCpu(Limits.Cpu cpu, int cpus) {
    long billionths = cpu.billionths();
    refuseIf(
        billionths > 0 && cpu.periodMicros() != 0,
        "Conflicting options: Nano CPUs and CPU Period cannot both be set");
    refuseIf(
        billionths > 0 && cpu.quotaMicros() != 0,
        "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    refuseIf(
        billionths < 0 || billionths > cpus * NANOS_PER_CPU,
        "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available"
            .formatted(cpus, cpus));
    // The kernel's least quota is a millisecond of a period of a tenth of a second.
    refuseIf(
        billionths > 0 && billionths < NANOS_PER_CPU / 100,
        "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available"
            .formatted(cpus, cpus));
    refuseIf(
        cpu.shares() < 0,
        "invalid CPU shares (%d): value must be a positive integer".formatted(cpu.shares()));
    long period = cpu.periodMicros();
    refuseIf(
        period != 0 && (period < 1_000 || period > 1_000_000),
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    long quota = cpu.quotaMicros();
    refuseIf(
        quota != 0 && quota != -1 && quota < 1_000,
        "CPU cfs quota can not be less than 1ms (i.e. 1000)");
    checkSet(cpu.processors(), "cpuset cpus", "CPUs", "/sys/devices/system/cpu/online");
    checkSet(cpu.memoryNodes(), "cpuset mems", "memory nodes", "/sys/devices/system/node/online");
  }

  private static void checkSet(String wanted, String option, String things, String file) {
    if (wanted.isEmpty()) {
      return;
    }
    String available = available(file);
    var numbers =
        numbers(wanted)
            .orElseThrow(
                () -> new InvalidRequest("Invalid value %s for %s".formatted(wanted, option)));
    refuseIf(
        !numbers(available).orElse(Set.of()).containsAll(numbers),
        "Requested %s are not available - requested %s, available: %s"
            .formatted(things, wanted, available));
  }

  /** Where the kernel does not say (no NUMA), there is one. */
  private static String available(String file) {
    try {
      return Files.exists(Path.of(file)) ? Files.readString(Path.of(file)).strip() : "0";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The numbers of {@code 0-2,4}; empty if it is no such list. */
  private static Optional<Set<Integer>> numbers(String list) {
    Set<Integer> numbers = new HashSet<>();
    for (String part : list.split(",", -1)) {
      var range = RANGE.matcher(part);
      if (!range.matches()) {
        return Optional.empty();
      }
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (last < first || last > HIGHEST_NUMBER) {
        return Optional.empty();
      }
      for (int number = first; number <= last; number++) {
        numbers.add(number);
      }
    }
    return Optional.of(numbers);
  }

  private static void refuseIf(boolean isWrong, String words) {
    if (isWrong) {
      throw new InvalidRequest(words);
    }
  }
}
