package io.fairlead.api;

import io.fairlead.engine.RestartPolicy;
import io.fairlead.runtime.Limits;
import java.util.List;

/** The limits and the restart policy that a create or an update asks for. */
final class ResourcesRequest {
  private ResourcesRequest() {}

  /**
   * @param host {@code HostConfig} of a create, or the body of an update
   */
  static Limits limits(Fields host) {
    long pids = host.whole("PidsLimit");
    return new Limits(
        memory(host),
        new Limits.Cpu(
            host.whole("NanoCpus"),
            host.whole("CpuShares"),
            host.whole("CpuPeriod"),
            host.whole("CpuQuota"),
            host.text("CpusetCpus"),
            host.text("CpusetMems")),
        pids,
        host.number("OomScoreAdj").orElse(0),
        ulimits(host));
  }

  /** Docker's clients write -1 for a swappiness that was not asked for. */
  private static Limits.Memory memory(Fields host) {
    return new Limits.Memory(
        host.whole("Memory"),
        host.whole("MemoryReservation"),
        host.whole("MemorySwap"),
        host.number("MemorySwappiness").filter(percent -> percent != -1),
        host.flag("OomKillDisable"));
  }

  private static List<Limits.Ulimit> ulimits(Fields host) {
    return host.objects("Ulimits").stream()
        .map(each -> new Limits.Ulimit(each.text("Name"), each.whole("Soft"), each.whole("Hard")))
        .toList();
  }

  static RestartPolicy restartPolicy(Fields host) {
    Fields policy = host.object("RestartPolicy");
    return RestartPolicy.of(policy.text("Name"), policy.number("MaximumRetryCount").orElse(0));
  }
}
