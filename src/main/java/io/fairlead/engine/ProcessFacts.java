package io.fairlead.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One process as /proc has it (proc(5)).
 *
 * @param state {@code R}, {@code S}, ...
 * @param terminal {@code pts/0}, or {@code ?}
 * @param name its program's, at most 15 characters
 * @param command its arguments, or its name in brackets where it has none
 */
record ProcessFacts(
    int pid,
    int parent,
    int uid,
    String user,
    String state,
    String terminal,
    int nice,
    int threads,
    Duration cpu,
    Instant begin,
    long virtualKilobytes,
    long residentKilobytes,
    long memoryKilobytes,
    String name,
    String command) {

  /** USER_HZ, the same on every architecture that Java runs on (asm-generic/param.h). */
  private static final long TICKS_PER_SECOND = 100;

  private static final long PAGE_KILOBYTES = 4;
  private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter EARLIER =
      DateTimeFormatter.ofPattern("MMMdd", Locale.ROOT);

  /** Empty if it has ended. */
  static Optional<ProcessFacts> read(int pid) {
    Path process = Path.of("/proc", String.valueOf(pid));
    try {
      String stat = text(process.resolve("stat"));
      // The name is in parentheses and may have any character in it.
      int open = stat.indexOf('(');
      int close = stat.lastIndexOf(')');
      String name = stat.substring(open + 1, close);
      String[] fields = stat.substring(close + 2).strip().split(" ", -1);
      int uid = ((Number) Files.getAttribute(process, "unix:uid")).intValue();
      String command = text(process.resolve("cmdline")).replace('\0', ' ').strip();
      return Optional.of(
          new ProcessFacts(
              pid,
              Integer.parseInt(fields[1]),
              uid,
              user(uid),
              fields[0],
              terminal(Integer.parseInt(fields[4])),
              Integer.parseInt(fields[16]),
              Integer.parseInt(fields[17]),
              ticks(Long.parseLong(fields[11]) + Long.parseLong(fields[12])),
              Instant.ofEpochSecond(number("/proc/stat", "btime "))
                  .plus(ticks(Long.parseLong(fields[19]))),
              Long.parseLong(fields[20]) / 1024,
              Long.parseLong(fields[21]) * PAGE_KILOBYTES,
              number("/proc/meminfo", "MemTotal:"),
              name,
              command.isEmpty() ? "[" + name + "]" : command));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static Duration ticks(long ticks) {
    return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
  }

  private static long number(String file, String key) throws IOException {
    for (String line : Files.readAllLines(Path.of(file))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length()).strip().split(" ", 2)[0]);
      }
    }
    throw new IOException(file + " has no " + key);
  }

  /** As the host's own file names it, for the user is the host's. */
  private static String user(int uid) throws IOException {
    for (String line : readable(Path.of("/etc/passwd"))) {
      String[] fields = line.split(":", 4);
      if (fields.length > 2 && fields[2].equals(String.valueOf(uid))) {
        return fields[0];
      }
    }
    return String.valueOf(uid);
  }

  private static List<String> readable(Path file) throws IOException {
    return Files.isReadable(file)
        ? List.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).split("\n", -1))
        : List.of();
  }

  /** Majors 136 to 143 are pseudo terminals (devices.txt). */
  private static String terminal(int number) {
    int major = (number >> 8) & 0xfff;
    int minor = (number & 0xff) | ((number >> 12) & 0xfff00);
    if (major >= 136 && major <= 143) {
      return "pts/" + (minor + (major - 136) * 256);
    }
    return major == 4 ? "tty" + minor : "?";
  }

  double cpuPercent() {
    long lived = Math.max(1, Duration.between(begin, Instant.now()).toMillis());
    return 100.0 * cpu.toMillis() / lived;
  }

  double memoryPercent() {
    return 100.0 * residentKilobytes / memoryKilobytes;
  }

  String cpuTime() {
    return "%02d:%02d:%02d".formatted(cpu.toHours(), cpu.toMinutesPart(), cpu.toSecondsPart());
  }

  String elapsed() {
    var lived = Duration.between(begin, Instant.now());
    if (lived.isNegative()) {
      return "00:00";
    }
    String clock = "%02d:%02d".formatted(lived.toMinutesPart(), lived.toSecondsPart());
    if (lived.toHours() == 0) {
      return clock;
    }
    String hours = "%02d:%s".formatted(lived.toHoursPart(), clock);
    return lived.toDays() == 0 ? hours : lived.toDays() + "-" + hours;
  }

  String started() {
    var then = begin.atZone(ZoneId.systemDefault());
    boolean isToday = Duration.between(begin, Instant.now()).toHours() < 24;
    return (isToday ? TODAY : EARLIER).format(then);
  }
}
