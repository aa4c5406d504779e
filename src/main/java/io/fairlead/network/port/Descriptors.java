package io.fairlead.network.port;

import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many descriptors this process may still open. */
final class Descriptors {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final String LINE = "Max open files";

  /** What the rest of the engine needs at the same time. */
  private static final int RESERVED = 128;

  /** Below this nobody counts: a start with few ports shall not read /proc. */
  private static final int FEW = 32;

  private Descriptors() {}

  /**
   * @throws InvalidRequest if so many more cannot be opened
   */
  static void require(long count) {
    if (count <= FEW) {
      return;
    }
    try {
      long limit = limit();
      long left;
      try (var open = Files.list(OPEN)) {
        left = limit - open.count() - RESERVED;
      }
      if (count > left) {
        throw new InvalidRequest(
            "these published ports take %d descriptors, one for each port and family, and this process may open %d more (its limit is %d); publish fewer, or raise the limit (ulimit -n)"
                .formatted(count, Math.max(left, 0), limit));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot read the descriptor limit", e);
    }
  }

  /** The soft limit; its column is the first one after the name. */
  private static long limit() throws IOException {
    try (var lines = Files.lines(LIMITS)) {
      return lines
          .filter(line -> line.startsWith(LINE))
          .map(line -> line.substring(LINE.length()).strip().split(" ", 2)[0])
          .mapToLong(soft -> soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft))
          .findFirst()
          .orElse(Long.MAX_VALUE);
    }
  }
}
