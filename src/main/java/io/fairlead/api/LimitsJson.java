package io.fairlead.api;

import io.fairlead.runtime.Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container's limits, as they stand in its {@code HostConfig}. */
record LimitsJson(
    long memory,
    long memoryReservation,
    long memorySwap,
    @Nullable Integer memorySwappiness,
    @Nullable Boolean oomKillDisable,
    int oomScoreAdj,
    long nanoCpus,
    long cpuShares,
    long cpuPeriod,
    long cpuQuota,
    String cpusetCpus,
    String cpusetMems,
    @Nullable Long pidsLimit,
    @Nullable List<Ulimit> ulimits) {

  record Ulimit(String name, long hard, long soft) {}

  static LimitsJson of(Limits limits) {
    var memory = limits.memory();
    var cpu = limits.cpu();
    return new LimitsJson(
        memory.bytes(),
        memory.softBytes(),
        memory.withSwapBytes(),
        memory.swappinessPercent().orElse(null),
        memory.isKillDisabled() ? Boolean.TRUE : null,
        limits.oomScoreAdjustment(),
        cpu.billionths(),
        cpu.shares(),
        cpu.periodMicros(),
        cpu.quotaMicros(),
        cpu.processors(),
        cpu.memoryNodes(),
        limits.pids() == 0 ? null : Long.valueOf(limits.pids()),
        limits.ulimits().isEmpty() ? null : ulimits(limits));
  }

  private static List<Ulimit> ulimits(Limits limits) {
    return limits.ulimits().stream()
        .map(each -> new Ulimit(each.name(), each.hard(), each.soft()))
        .toList();
  }
}
