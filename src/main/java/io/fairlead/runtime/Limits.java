package io.fairlead.runtime;

import java.util.List;
import java.util.Optional;

/**
 * How much of the machine a container may use. Zero, empty: no limit.
 *
 * @param pids processes and threads
 * @param oomScoreAdjustment -1000..1000: who is ended first where memory runs out
 */
public record Limits(
    Memory memory, Cpu cpu, long pids, int oomScoreAdjustment, List<Ulimit> ulimits) {

  public static final Limits NONE = new Limits(Memory.NONE, Cpu.NONE, 0, 0, List.of());

  /**
   * The same with what the other one says.
   *
   * @param changes zero and empty: as here
   */
  public Limits changedBy(Limits changes) {
    var other = changes.memory;
    var otherCpu = changes.cpu;
    return new Limits(
        new Memory(
            either(other.bytes, memory.bytes),
            either(other.softBytes, memory.softBytes),
            either(other.withSwapBytes, memory.withSwapBytes),
            other.swappinessPercent.or(memory::swappinessPercent),
            memory.isKillDisabled || other.isKillDisabled),
        new Cpu(
            either(otherCpu.billionths, cpu.billionths),
            either(otherCpu.shares, cpu.shares),
            either(otherCpu.periodMicros, cpu.periodMicros),
            either(otherCpu.quotaMicros, cpu.quotaMicros),
            either(otherCpu.processors, cpu.processors),
            either(otherCpu.memoryNodes, cpu.memoryNodes)),
        either(changes.pids, pids),
        oomScoreAdjustment,
        ulimits);
  }

  private static long either(long first, long second) {
    return first != 0 ? first : second;
  }

  private static String either(String first, String second) {
    return first.isEmpty() ? second : first;
  }

  /** The same with another limit of memory. */
  public Limits with(Memory other) {
    return new Limits(other, cpu, pids, oomScoreAdjustment, ulimits);
  }

  /**
   * @param softBytes what it is pushed back to where memory is short
   * @param withSwapBytes memory and swap together; -1: as much swap as there is
   * @param swappinessPercent 0..100
   * @param isKillDisabled its processes wait instead of being ended where the limit is reached
   */
  public record Memory(
      long bytes,
      long softBytes,
      long withSwapBytes,
      Optional<Integer> swappinessPercent,
      boolean isKillDisabled) {

    public static final Memory NONE = new Memory(0, 0, 0, Optional.empty(), false);

    /** The same with another limit of memory and swap together. */
    public Memory withSwap(long otherBytes) {
      return new Memory(bytes, softBytes, otherBytes, swappinessPercent, isKillDisabled);
    }
  }

  /**
   * @param billionths of a processor: one and a half are 1,500,000,000
   * @param shares its weight against others; 1024 is usual
   * @param quotaMicros of time in each period; -1: no limit
   * @param processors {@code 0-2,4}
   * @param memoryNodes likewise
   */
  public record Cpu(
      long billionths,
      long shares,
      long periodMicros,
      long quotaMicros,
      String processors,
      String memoryNodes) {

    public static final Cpu NONE = new Cpu(0, 0, 0, 0, "", "");
  }

  /**
   * A limit of setrlimit(2) for each process.
   *
   * @param name {@code nofile}
   * @param soft -1: none
   * @param hard -1: none
   */
  public record Ulimit(String name, long soft, long hard) {}
}
