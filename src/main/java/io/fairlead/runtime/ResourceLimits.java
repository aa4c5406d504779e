package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Limits of single processes (setrlimit(2)), and which of them this engine may give. */
final class ResourceLimits {
  /** Docker's names; the words in {@code /proc/PID/limits}. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("core", "Max core file size"),
          Map.entry("cpu", "Max cpu time"),
          Map.entry("data", "Max data size"),
          Map.entry("fsize", "Max file size"),
          Map.entry("locks", "Max file locks"),
          Map.entry("memlock", "Max locked memory"),
          Map.entry("msgqueue", "Max msgqueue size"),
          Map.entry("nice", "Max nice priority"),
          Map.entry("nofile", "Max open files"),
          Map.entry("nproc", "Max processes"),
          Map.entry("rss", "Max resident set"),
          Map.entry("rtprio", "Max realtime priority"),
          Map.entry("rttime", "Max realtime timeout"),
          Map.entry("sigpending", "Max pending signals"),
          Map.entry("stack", "Max stack size"));

  /** RLIM_INFINITY of sys/resource.h */
  private static final BigInteger INFINITY = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

  private static final long NONE = -1;

  private ResourceLimits() {}

  /**
   * @param maySurpass whether the engine may give more than it has (CAP_SYS_RESOURCE)
   * @throws InvalidRequest for an unknown name, a soft limit above the hard one, or more than the
   *     engine has to give
   */
  static void check(List<Limits.Ulimit> limits, boolean maySurpass) {
    for (var limit : limits) {
      if (!NAMES.containsKey(limit.name())) {
        throw new InvalidRequest("invalid ulimit type: " + limit.name());
      }
      if (isMore(limit.soft(), limit.hard())) {
        throw new InvalidRequest(
            "ulimit soft limit must be less than or equal to hard limit: %d > %d"
                .formatted(limit.soft(), limit.hard()));
      }
      if (!maySurpass) {
        long own = own(limit.name());
        if (isMore(limit.hard(), own)) {
          throw new InvalidRequest(
              "ulimit %s=%d is above the engine's own hard limit of %d, which it may not raise without CAP_SYS_RESOURCE; ask for less"
                  .formatted(limit.name(), limit.hard(), own));
        }
      }
    }
  }

  private static boolean isMore(long one, long other) {
    return other != NONE && (one == NONE || one > other);
  }

  /** This process's hard limit; -1: none. */
  private static long own(String name) {
    String title = NAMES.getOrDefault(name, name);
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith(title + " ")) {
          String hard = line.substring(title.length()).strip().split(" +", -1)[1];
          return hard.equals("unlimited") ? NONE : Long.parseLong(hard);
        }
      }
      throw new EngineFault("/proc/self/limits has no line '%s'".formatted(title));
    } catch (IOException e) {
      throw new EngineFault("cannot read /proc/self/limits: " + e.getMessage(), e);
    }
  }

  static List<Map<String, Object>> inOciForm(List<Limits.Ulimit> limits) {
    return limits.stream()
        .map(
            limit ->
                object(
                    "type",
                    "RLIMIT_" + limit.name().toUpperCase(Locale.ROOT),
                    "hard",
                    value(limit.hard()),
                    "soft",
                    value(limit.soft())))
        .toList();
  }

  private static BigInteger value(long limit) {
    return limit == NONE ? INFINITY : BigInteger.valueOf(limit);
  }
}
