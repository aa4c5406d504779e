package io.fairlead.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a container has used so far, as its control groups count it; what they do not count is zero
 * or empty. Times in nanoseconds.
 */
public record Usage(
    Instant at, Cpu cpu, Cpu.Total system, Memory memory, Pids pids, List<Block> blocks) {

  /**
   * @param perProcessor of the processors that are there, in their order; empty under cgroup v2
   */
  public record Cpu(
      long totalNanos,
      long kernelNanos,
      long userNanos,
      List<Long> perProcessor,
      long periods,
      long throttledPeriods,
      long throttledNanos) {

    /** Of the whole machine, idle time included. */
    public record Total(long nanos, int processors) {}
  }

  /**
   * @param limitBytes its own, or else the machine's memory
   * @param details the kernel's own names ({@code memory.stat})
   */
  public record Memory(
      long usedBytes, long mostBytes, long limitBytes, long failures, Map<String, Long> details) {}

  /**
   * @param limit 0: none
   */
  public record Pids(long current, long limit) {}

  /** Bytes from or to one device. */
  public record Block(long major, long minor, String operation, long bytes) {}
}
