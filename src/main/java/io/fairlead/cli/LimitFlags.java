package io.fairlead.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The flags that say how much of the machine a container may use, and whether it comes back; as
 * fields of {@code HostConfig}, or of an update. Only what was asked for is in them.
 */
final class LimitFlags {
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final List<Map<String, Object>> ulimits = new ArrayList<>();

  /** Those that can be changed later, too. */
  void describe(Usage usage) {
    usage
        .option(
            "-m, --memory",
            "BYTES",
            "At most so much memory (64m, 2g)",
            bytes("--memory", "Memory"))
        .option(
            "--memory-swap",
            "BYTES",
            "At most so much memory and swap together; -1: as much swap as there is",
            bytes("--memory-swap", "MemorySwap"))
        .option(
            "--memory-reservation",
            "BYTES",
            "What it is pushed back to where memory is short",
            bytes("--memory-reservation", "MemoryReservation"))
        .option("--cpus", "NUMBER", "At most so many processors (0.5)", this::setCpus)
        .option(
            "-c, --cpu-shares",
            "NUMBER",
            "Its weight against others (1024 is usual)",
            number("--cpu-shares", "CpuShares"))
        .option(
            "--cpu-period",
            "MICROSECONDS",
            "The period that --cpu-quota is of",
            number("--cpu-period", "CpuPeriod"))
        .option(
            "--cpu-quota",
            "MICROSECONDS",
            "Processor time in each period",
            number("--cpu-quota", "CpuQuota"))
        .option("--cpuset-cpus", "LIST", "On these processors only (0-2,4)", text("CpusetCpus"))
        .option("--cpuset-mems", "LIST", "From these memory nodes only", text("CpusetMems"))
        .option(
            "--pids-limit",
            "NUMBER",
            "At most so many processes; -1: no limit",
            number("--pids-limit", "PidsLimit"))
        .option(
            "--restart",
            "POLICY",
            "no, always, unless-stopped, on-failure[:TIMES]",
            this::setRestart);
  }

  /** Those that a container has from its create. */
  void describeFixed(Usage usage) {
    usage
        .option(
            "--memory-swappiness",
            "PERCENT",
            "How readily its memory is swapped out",
            number("--memory-swappiness", "MemorySwappiness"))
        .flag(
            "--oom-kill-disable",
            "Let it wait, not end, where it has no memory left",
            on -> fields.put("OomKillDisable", on))
        .option(
            "--oom-score-adj",
            "NUMBER",
            "Who is ended first where the machine has no memory left (-1000 to 1000)",
            number("--oom-score-adj", "OomScoreAdj"))
        .option(
            "--ulimit",
            "NAME=SOFT[:HARD]",
            "A limit of each process (nofile=1024:2048)",
            this::addUlimit);
  }

  Map<String, Object> fields() {
    var all = new LinkedHashMap<>(fields);
    if (!ulimits.isEmpty()) {
      all.put("Ulimits", ulimits);
    }
    return all;
  }

  private Consumer<String> text(String field) {
    return value -> fields.put(field, value);
  }

  private Consumer<String> number(String flag, String field) {
    return value -> fields.put(field, whole(flag, value));
  }

  private Consumer<String> bytes(String flag, String field) {
    return value -> fields.put(field, sizeOf(flag, value));
  }

  static long whole(String flag, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new CommandFailure(125, "%s: expected a number, not '%s'".formatted(flag, value));
    }
  }

  /** {@code 64m}, {@code 1.5g}, {@code 512}, {@code -1}: in powers of 1024, as with Docker. */
  static long sizeOf(String flag, String value) {
    String text = value.toLowerCase(Locale.ROOT).replaceFirst("(?<=[kmgt])i?b$|b$", "");
    int power = text.isEmpty() ? -1 : "kmgt".indexOf(text.charAt(text.length() - 1));
    try {
      var number = new BigDecimal(power < 0 ? text : text.substring(0, text.length() - 1));
      return number.multiply(BigDecimal.valueOf(1L << (10 * (power + 1)))).longValue();
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          125, "%s: invalid size '%s'; write 512k, 64m, 2g".formatted(flag, value));
    }
  }

  private void setCpus(String value) {
    try {
      fields.put("NanoCpus", new BigDecimal(value).multiply(NANOS).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      throw new CommandFailure(
          125, "--cpus: expected a number like 0.5, not '%s'".formatted(value));
    }
  }

  private void setRestart(String value) {
    String[] parts = value.split(":", 2);
    long times = parts.length == 2 ? whole("--restart", parts[1]) : 0;
    fields.put("RestartPolicy", Map.of("Name", parts[0], "MaximumRetryCount", times));
  }

  private void addUlimit(String value) {
    String[] parts = value.split("=", 2);
    if (parts.length != 2) {
      throw new CommandFailure(125, "--ulimit %s: expected NAME=SOFT[:HARD]".formatted(value));
    }
    String[] numbers = parts[1].split(":", 2);
    long soft = whole("--ulimit", numbers[0]);
    long hard = numbers.length == 2 ? whole("--ulimit", numbers[1]) : soft;
    ulimits.add(Map.of("Name", parts[0], "Soft", soft, "Hard", hard));
  }
}
