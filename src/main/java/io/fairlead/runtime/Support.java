package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What this machine and this engine's privileges can give a container; the rest is refused. */
final class Support {
  private final Controllers controllers;
  private final Set<String> grantable;

  Support(Controllers controllers, Set<String> grantable) {
    this.controllers = controllers;
    this.grantable = grantable;
  }

  /**
   * @throws InvalidRequest with the reason
   */
  void check(Limits limits) {
    controllers.check(limits);
    boolean isPowerful = grantable.contains("SYS_RESOURCE");
    ResourceLimits.check(limits.ulimits(), isPowerful);
    int adjustment = limits.oomScoreAdjustment();
    if (adjustment != 0 && !isPowerful && adjustment < ownAdjustment()) {
      throw new InvalidRequest(
          "an OOM score adjustment of %d is below the engine's own (%d), which needs CAP_SYS_RESOURCE; ask for a higher one"
              .formatted(adjustment, ownAdjustment()));
    }
  }

  private static int ownAdjustment() {
    try {
      return Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
    } catch (IOException e) {
      throw new EngineFault("cannot read /proc/self/oom_score_adj: " + e.getMessage(), e);
    }
  }

  /**
   * @throws InvalidRequest with the reason
   */
  void check(Isolation isolation) {
    var _ = SecurityOptions.parse(isolation.securityOptions());
    isolation.tmpfs().values().forEach(TmpfsOptions::parse);
    isolation.deviceRules().forEach(DeviceRule::parse);
    if (isolation.hasInit() && isolation.pid().isEmpty() && InitProgram.find().isEmpty()) {
      throw new InvalidRequest(
          "--init: no static init was found (docker-init, tini-static, catatonit); install one (apt-get install catatonit), or leave --init out");
    }
  }
}
