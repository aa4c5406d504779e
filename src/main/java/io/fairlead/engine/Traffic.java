package io.fairlead.engine;

import io.fairlead.linux.KernelFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What went through one interface, as its sandbox sees it. */
public record Traffic(Direction received, Direction sent) {

  public record Direction(long bytes, long packets, long errors, long dropped) {}

  private static final int SENT = 8;
  private static final int FIELDS = 16;

  /** By interface, without the loopback; empty if the process has ended (proc_pid_net(5)). */
  static Map<String, Traffic> of(int pid) {
    var all = new LinkedHashMap<String, Traffic>();
    for (String line : KernelFiles.lines(Path.of("/proc", Integer.toString(pid), "net/dev"))) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).strip();
      String[] fields = line.substring(colon + 1).strip().split(" +", -1);
      if (!name.isEmpty() && !name.equals("lo") && fields.length >= FIELDS) {
        all.put(name, new Traffic(direction(fields, 0), direction(fields, SENT)));
      }
    }
    return all;
  }

  private static Direction direction(String[] fields, int from) {
    return new Direction(
        Long.parseLong(fields[from]),
        Long.parseLong(fields[from + 1]),
        Long.parseLong(fields[from + 2]),
        Long.parseLong(fields[from + 3]));
  }
}
