package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fairlead.engine.Statistics.Sample;
import io.fairlead.engine.Traffic;
import io.fairlead.runtime.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A container's use of the machine in {@code GET /containers/{id}/stats}. Of one that does not run
 * all is zero, and no time is said.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record StatsJson(
    String id,
    String name,
    String osType,
    String read,
    String preread,
    Cpu cpuStats,
    Cpu precpuStats,
    Memory memoryStats,
    Pids pidsStats,
    Blocks blkioStats,
    long numProcs,
    Map<String, Long> storageStats,
    @Nullable Map<String, Network> networks) {

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Cpu(CpuUsage cpuUsage, long systemCpuUsage, int onlineCpus, Throttling throttlingData) {
    static final Cpu NONE =
        new Cpu(new CpuUsage(0, List.of(), 0, 0), 0, 0, new Throttling(0, 0, 0));

    static Cpu of(Usage usage) {
      var cpu = usage.cpu();
      return new Cpu(
          new CpuUsage(cpu.totalNanos(), cpu.perProcessor(), cpu.kernelNanos(), cpu.userNanos()),
          usage.system().nanos(),
          usage.system().processors(),
          new Throttling(cpu.periods(), cpu.throttledPeriods(), cpu.throttledNanos()));
    }
  }

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record CpuUsage(
      long totalUsage, List<Long> percpuUsage, long usageInKernelmode, long usageInUsermode) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Throttling(long periods, long throttledPeriods, long throttledTime) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Memory(long usage, long maxUsage, Map<String, Long> stats, long failcnt, long limit) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Pids(long current, long limit) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Blocks(List<Block> ioServiceBytesRecursive) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Block(long major, long minor, String op, long value) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Network(
      long rxBytes,
      long rxPackets,
      long rxErrors,
      long rxDropped,
      long txBytes,
      long txPackets,
      long txErrors,
      long txDropped) {

    static Network of(Traffic traffic) {
      var in = traffic.received();
      var out = traffic.sent();
      return new Network(
          in.bytes(),
          in.packets(),
          in.errors(),
          in.dropped(),
          out.bytes(),
          out.packets(),
          out.errors(),
          out.dropped());
    }
  }

  /**
   * @param before the sample before this one, whose processor time clients take off
   */
  static StatsJson of(Sample sample, Optional<Sample> before) {
    Optional<Usage> usage = sample.usage();
    Optional<Usage> earlier = before.flatMap(Sample::usage);
    return new StatsJson(
        sample.id(),
        "/" + sample.name(),
        "linux",
        Json.time(usage.map(Usage::at)),
        Json.time(earlier.map(Usage::at)),
        usage.map(Cpu::of).orElse(Cpu.NONE),
        earlier.map(Cpu::of).orElse(Cpu.NONE),
        usage.map(Usage::memory).map(StatsJson::memory).orElse(new Memory(0, 0, Map.of(), 0, 0)),
        usage
            .map(Usage::pids)
            .map(pids -> new Pids(pids.current(), pids.limit()))
            .orElse(new Pids(0, 0)),
        new Blocks(usage.map(StatsJson::blocks).orElse(List.of())),
        0,
        Map.of(),
        networks(sample.traffic()));
  }

  private static Memory memory(Usage.Memory memory) {
    return new Memory(
        memory.usedBytes(),
        memory.mostBytes(),
        memory.details(),
        memory.failures(),
        memory.limitBytes());
  }

  private static List<Block> blocks(Usage usage) {
    return usage.blocks().stream()
        .map(block -> new Block(block.major(), block.minor(), block.operation(), block.bytes()))
        .toList();
  }

  private static @Nullable Map<String, Network> networks(Map<String, Traffic> traffic) {
    var networks = new TreeMap<String, Network>();
    traffic.forEach((name, each) -> networks.put(name, Network.of(each)));
    return networks.isEmpty() ? null : networks;
  }
}
