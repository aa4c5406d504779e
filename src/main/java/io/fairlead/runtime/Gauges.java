package io.fairlead.runtime;

import io.fairlead.linux.KernelFiles;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what control groups count: those of v1, v2, or of v1 where v2 is mounted beside them. */
record Gauges(List<Path> groups) {
  /** USER_HZ is 100 on every architecture that Java runs on (asm-generic/param.h). */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final int CPU_FIELDS = 8; // guest time is in user time already

  Usage read() {
    return new Usage(Instant.now(), cpu(), system(), memory(), pids(), blocks());
  }

  private Usage.Cpu cpu() {
    Map<String, Long> v2 = numbers("cpu.stat");
    if (v2.containsKey("usage_usec")) {
      return new Usage.Cpu(
          v2.get("usage_usec") * 1000,
          v2.getOrDefault("system_usec", 0L) * 1000,
          v2.getOrDefault("user_usec", 0L) * 1000,
          List.of(),
          v2.getOrDefault("nr_periods", 0L),
          v2.getOrDefault("nr_throttled", 0L),
          v2.getOrDefault("throttled_usec", 0L) * 1000);
    }
    Map<String, Long> ticks = numbers("cpuacct.stat");
    return new Usage.Cpu(
        number("cpuacct.usage"),
        ticks.getOrDefault("system", 0L) * NANOS_PER_TICK,
        ticks.getOrDefault("user", 0L) * NANOS_PER_TICK,
        perProcessor(),
        v2.getOrDefault("nr_periods", 0L),
        v2.getOrDefault("nr_throttled", 0L),
        v2.getOrDefault("throttled_time", 0L));
  }

  private List<Long> perProcessor() {
    return lines("cpuacct.usage_percpu").stream()
        .flatMap(line -> List.of(line.strip().split(" ", -1)).stream())
        .filter(word -> !word.isEmpty())
        .map(Gauges::parse)
        .toList();
  }

  private static Usage.Cpu.Total system() {
    long ticks = 0;
    int processors = 0;
    for (String line : KernelFiles.lines(Path.of("/proc/stat"))) {
      String[] words = line.split(" +", -1);
      if (words[0].equals("cpu")) {
        for (int i = 1; i < Math.min(words.length, CPU_FIELDS); i++) {
          ticks += parse(words[i]);
        }
      } else if (words[0].startsWith("cpu")) {
        processors++;
      }
    }
    return new Usage.Cpu.Total(ticks * NANOS_PER_TICK, processors);
  }

  private Usage.Memory memory() {
    boolean isV2 = !lines("memory.current").isEmpty();
    long limit = number(isV2 ? "memory.max" : "memory.limit_in_bytes");
    long machine = machineBytes();
    return new Usage.Memory(
        number(isV2 ? "memory.current" : "memory.usage_in_bytes"),
        isV2 ? 0 : number("memory.max_usage_in_bytes"),
        limit == 0 ? machine : Math.min(limit, machine),
        isV2 ? numbers("memory.events").getOrDefault("max", 0L) : number("memory.failcnt"),
        numbers("memory.stat"));
  }

  private static long machineBytes() {
    return KernelFiles.lines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .map(line -> parse(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0L);
  }

  private Usage.Pids pids() {
    long limit = number("pids.max");
    return new Usage.Pids(number("pids.current"), limit == Long.MAX_VALUE ? 0 : limit);
  }

  private List<Usage.Block> blocks() {
    var blocks = new ArrayList<Usage.Block>();
    for (String line : lines("blkio.throttle.io_service_bytes_recursive")) {
      String[] words = line.split(" ", -1);
      if (words.length == 3) {
        blocks.add(block(words[0], words[1].toLowerCase(Locale.ROOT), words[2]));
      }
    }
    for (String line : lines("io.stat")) {
      String[] words = line.split(" ", -1);
      for (String word : words) {
        String operation = Map.of("rbytes", "read", "wbytes", "write").get(word.split("=", 2)[0]);
        if (operation != null) {
          blocks.add(block(words[0], operation, word.split("=", 2)[1]));
        }
      }
    }
    return blocks;
  }

  private static Usage.Block block(String device, String operation, String bytes) {
    String[] numbers = device.split(":", 2);
    return new Usage.Block(
        parse(numbers[0]), numbers.length < 2 ? 0 : parse(numbers[1]), operation, parse(bytes));
  }

  /** Lines of a name and a number. */
  private Map<String, Long> numbers(String file) {
    var numbers = new LinkedHashMap<String, Long>();
    for (String line : lines(file)) {
      String[] words = line.split(" ", 2);
      if (words.length == 2) {
        numbers.put(words[0], parse(words[1]));
      }
    }
    return numbers;
  }

  private long number(String file) {
    return lines(file).stream().findFirst().map(Gauges::parse).orElse(0L);
  }

  /** {@code max}, and what is beyond a long, is as much as there can be. */
  private static long parse(String text) {
    String digits = text.strip();
    if (digits.equals("max")) {
      return Long.MAX_VALUE;
    }
    try {
      return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Of whichever hierarchy has such a file; none where none has, or the group has just gone. */
  private List<String> lines(String file) {
    return groups.stream()
        .map(group -> KernelFiles.lines(group.resolve(file)))
        .filter(lines -> !lines.isEmpty())
        .findFirst()
        .orElse(List.of());
  }
}
