package io.fairlead.api;

import io.fairlead.NotBuilt;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Options of a create that Docker has and this version has not. A client sends most of them with
 * their default value, which asks for nothing; any other value is refused, never ignored.
 */
final class UnbuiltOptions {
  /**
   * @param path from the request's root, with points
   * @param isDefault whether a value asks for nothing; null and absent never do
   */
  record Option(String path, Predicate<JsonNode> isDefault) {}

  /** The default of Docker's {@code --shm-size}, which the runtime's configuration has too. */
  private static final long SHM_BYTES = 64L * 1024 * 1024;

  private static final List<Option> OPTIONS =
      List.of(
          new Option("Domainname", UnbuiltOptions::isEmpty),
          new Option("Volumes", UnbuiltOptions::isEmpty),
          new Option("Healthcheck", UnbuiltOptions::isNoHealthcheck),
          new Option("MacAddress", UnbuiltOptions::isEmpty),
          new Option("NetworkDisabled", UnbuiltOptions::isEmpty),
          host("Memory"),
          host("MemoryReservation"),
          host("MemorySwap"),
          host("MemorySwappiness", UnbuiltOptions::isUnlimited),
          host("KernelMemory"),
          host("KernelMemoryTCP"),
          host("OomKillDisable"),
          host("OomScoreAdj"),
          host("PidsLimit", UnbuiltOptions::isUnlimited),
          host("CpuShares"),
          host("CpuPeriod"),
          host("CpuQuota"),
          host("CpuRealtimePeriod"),
          host("CpuRealtimeRuntime"),
          host("CpuCount"),
          host("CpuPercent"),
          host("CpusetCpus"),
          host("CpusetMems"),
          host("NanoCpus"),
          host("BlkioWeight"),
          host("BlkioWeightDevice"),
          host("BlkioDeviceReadBps"),
          host("BlkioDeviceWriteBps"),
          host("BlkioDeviceReadIOps"),
          host("BlkioDeviceWriteIOps"),
          host("IOMaximumIOps"),
          host("IOMaximumBandwidth"),
          host("Ulimits"),
          host("ShmSize", value -> isEmpty(value) || value.asLong(0) == SHM_BYTES),
          host("RestartPolicy", UnbuiltOptions::isNoRestart),
          host("LogConfig", UnbuiltOptions::isPlainLog),
          host("Mounts"),
          host("Tmpfs"),
          host("VolumesFrom"),
          host("VolumeDriver"),
          host("StorageOpt"),
          host("Devices"),
          host("DeviceCgroupRules"),
          host("DeviceRequests"),
          host("Dns"),
          host("DnsOptions"),
          host("DnsSearch"),
          host("ExtraHosts"),
          host("Links"),
          host("Sysctls"),
          host("GroupAdd"),
          host("IpcMode", value -> isOneOf(value, "private")),
          host("PidMode"),
          host("UTSMode"),
          host("UsernsMode"),
          host("CgroupnsMode"),
          host("Cgroup"),
          host("CgroupParent"),
          host("Isolation", value -> isOneOf(value, "default")),
          host("Runtime"),
          host("Init"),
          host("ReadonlyRootfs"),
          host("SecurityOpt"),
          host("MaskedPaths", _ -> false),
          host("ReadonlyPaths", _ -> false),
          host("Annotations"));

  private UnbuiltOptions() {}

  private static Option host(String name) {
    return host(name, UnbuiltOptions::isEmpty);
  }

  private static Option host(String name, Predicate<JsonNode> isDefault) {
    return new Option("HostConfig." + name, isDefault);
  }

  static List<Option> all() {
    return OPTIONS;
  }

  /**
   * @throws NotBuilt naming the first option that asks for something
   */
  static void refuse(JsonNode create) {
    for (Option option : OPTIONS) {
      JsonNode value = create;
      for (String name : option.path().split("\\.", -1)) {
        value = value.path(name);
      }
      if (!Fields.isAbsent(value) && !option.isDefault().test(value)) {
        throw new NotBuilt(
            "not built in this version: the option %s (asked for: %s); leave it out"
                .formatted(option.path(), shortened(value.toString())));
      }
    }
  }

  private static String shortened(String value) {
    return value.length() > 100 ? value.substring(0, 100) + "..." : value;
  }

  /** What a client sends that asks for nothing. */
  private static boolean isEmpty(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> true;
      case BOOLEAN -> !value.booleanValue();
      case NUMBER -> value.asDouble(1) == 0;
      case STRING -> value.stringValue().isEmpty();
      case ARRAY, OBJECT -> value.isEmpty();
      case BINARY, POJO -> false;
    };
  }

  private static boolean isOneOf(JsonNode value, String... names) {
    return isEmpty(value) || (value.isString() && Set.of(names).contains(value.stringValue()));
  }

  /** Docker's clients write -1 for "not set". */
  private static boolean isUnlimited(JsonNode value) {
    return isEmpty(value) || (value.isNumber() && value.asInt(0) == -1);
  }

  private static boolean isNoRestart(JsonNode value) {
    return isEmpty(value)
        || (isOneOf(value.path("Name"), "no") && isEmpty(value.path("MaximumRetryCount")));
  }

  private static boolean isPlainLog(JsonNode value) {
    return isEmpty(value)
        || (isOneOf(value.path("Type"), "json-file") && isEmpty(value.path("Config")));
  }

  private static boolean isNoHealthcheck(JsonNode value) {
    JsonNode test = value.path("Test");
    return isEmpty(test) || (test.isArray() && test.path(0).asString("").equals("NONE"));
  }
}
