package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import java.util.LinkedHashMap;
import java.util.Map;

/** A container's limits as the OCI runtime's configuration has them, for a start or an update. */
final class OciResources {
  private static final long NANOS_PER_CPU = 1_000_000_000;
  private static final long PERIOD_MICROS = 100_000;

  private OciResources() {}

  static Map<String, Object> of(Limits limits) {
    var resources = new LinkedHashMap<String, Object>();
    putUnlessEmpty(resources, "memory", memory(limits.memory()));
    putUnlessEmpty(resources, "cpu", cpu(limits.cpu()));
    if (limits.pids() > 0) {
      resources.put("pids", object("limit", limits.pids()));
    }
    return resources;
  }

  private static void putUnlessEmpty(
      Map<String, Object> resources, String name, Map<String, Object> values) {
    if (!values.isEmpty()) {
      resources.put(name, values);
    }
  }

  private static Map<String, Object> memory(Limits.Memory limits) {
    var memory = new LinkedHashMap<String, Object>();
    putUnlessZero(memory, "limit", limits.bytes());
    putUnlessZero(memory, "reservation", limits.softBytes());
    putUnlessZero(memory, "swap", limits.withSwapBytes());
    limits.swappinessPercent().ifPresent(percent -> memory.put("swappiness", percent));
    if (limits.isKillDisabled()) {
      memory.put("disableOOMKiller", true);
    }
    return memory;
  }

  private static Map<String, Object> cpu(Limits.Cpu limits) {
    var cpu = new LinkedHashMap<String, Object>();
    putUnlessZero(cpu, "shares", limits.shares());
    if (limits.billionths() > 0) {
      cpu.put("period", PERIOD_MICROS);
      cpu.put("quota", limits.billionths() * PERIOD_MICROS / NANOS_PER_CPU);
    } else {
      putUnlessZero(cpu, "period", limits.periodMicros());
      putUnlessZero(cpu, "quota", limits.quotaMicros());
    }
    putUnlessEmpty(cpu, "cpus", limits.processors());
    putUnlessEmpty(cpu, "mems", limits.memoryNodes());
    return cpu;
  }

  private static void putUnlessZero(Map<String, Object> values, String name, long number) {
    if (number != 0) {
      values.put(name, number);
    }
  }

  private static void putUnlessEmpty(Map<String, Object> values, String name, String text) {
    if (!text.isEmpty()) {
      values.put(name, text);
    }
  }
}
