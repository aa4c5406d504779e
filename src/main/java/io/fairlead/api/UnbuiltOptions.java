package io.fairlead.api;

import io.fairlead.NotBuilt;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

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

  private static final List<Option> OPTIONS =
      List.of(
          new Option("Domainname", UnbuiltOptions::isEmpty),
          new Option("Volumes", UnbuiltOptions::isEmpty),
          new Option("Healthcheck", UnbuiltOptions::isNoHealthcheck),
          new Option("MacAddress", UnbuiltOptions::isEmpty),
          new Option("NetworkDisabled", UnbuiltOptions::isEmpty),
          host("KernelMemory"),
          host("KernelMemoryTCP"),
          host("CpuRealtimePeriod"),
          host("CpuRealtimeRuntime"),
          host("CpuCount"),
          host("CpuPercent"),
          host("BlkioWeight"),
          host("BlkioWeightDevice"),
          host("BlkioDeviceReadBps"),
          host("BlkioDeviceWriteBps"),
          host("BlkioDeviceReadIOps"),
          host("BlkioDeviceWriteIOps"),
          host("IOMaximumIOps"),
          host("IOMaximumBandwidth"),
          host("LogConfig", UnbuiltOptions::isPlainLog),
          host("Mounts"),
          host("VolumesFrom"),
          host("VolumeDriver"),
          host("StorageOpt"),
          host("DeviceRequests"),
          host("Dns"),
          host("DnsOptions"),
          host("DnsSearch"),
          host("ExtraHosts"),
          host("Links"),
          host("UsernsMode", value -> isOneOf(value, "host")),
          host("Cgroup"),
          host("Isolation", value -> isOneOf(value, "default")),
          host("Runtime"),
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
   * The same for an update, whose body is what a create has in {@code HostConfig}.
   *
   * @throws NotBuilt naming the first option that asks for something
   */
  static void refuseInHostConfig(JsonNode update) {
    refuse(JsonNodeFactory.instance.objectNode().set("HostConfig", update));
  }

  /**
   * @throws NotBuilt naming the first option that asks for something
   */
  static void refuse(JsonNode create) {
    for (Option option : OPTIONS) {
      JsonNode value = at(create, option.path());
      if (!Fields.isAbsent(value) && !option.isDefault().test(value)) {
        throw new NotBuilt(
            "not built in this version: the option %s (asked for: %s); leave it out"
                .formatted(option.path(), shortened(value.toString())));
      }
    }
  }

  /** The value at a path with points. */
  static JsonNode at(JsonNode root, String path) {
    JsonNode value = root;
    for (String name : path.split("\\.", -1)) {
      value = value.path(name);
    }
    return value;
  }

  private static String shortened(String value) {
    return value.length() > 100 ? value.substring(0, 100) + "..." : value;
  }

  /** What a client sends that asks for nothing. */
  static boolean isEmpty(JsonNode value) {
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

  private static boolean isPlainLog(JsonNode value) {
    return isEmpty(value)
        || (isOneOf(value.path("Type"), "json-file") && isEmpty(value.path("Config")));
  }

  private static boolean isNoHealthcheck(JsonNode value) {
    JsonNode test = value.path("Test");
    return isEmpty(test) || (test.isArray() && test.path(0).asString("").equals("NONE"));
  }
}
