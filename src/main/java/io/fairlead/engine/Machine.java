package io.fairlead.engine;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * The machine as it was found when the engine opened.
 *
 * @param cgroupVersion {@code 1} (also where cgroup2 is mounted beside it) or {@code 2}
 */
record Machine(
    String kernelVersion,
    String operatingSystem,
    String architecture,
    String hostname,
    int cpus,
    long memoryBytes,
    String cgroupVersion,
    long capabilities) {

  /** Without these no container starts. */
  private static final List<String> NEEDED = List.of("SYS_ADMIN", "NET_ADMIN", "SYS_CHROOT");

  /** Without these some containers lack something. */
  private static final List<String> WANTED =
      List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID", "MKNOD", "NET_RAW", "KILL");

  /**
   * @throws EngineFault if this process may not do an engine's work
   */
  static Machine probe() {
    requireRoot();
    var machine =
        new Machine(
            text("/proc/sys/kernel/osrelease"),
            distribution(),
            processor(),
            text("/proc/sys/kernel/hostname"),
            Runtime.getRuntime().availableProcessors(),
            field("/proc/meminfo", "MemTotal:", 10) * 1024,
            Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")) ? "2" : "1",
            field("/proc/thread-self/status", "CapEff:", 16));
    List<String> missing = Capabilities.missing(machine.capabilities, NEEDED);
    if (!missing.isEmpty()) {
      throw new EngineFault(
          "this process lacks the capabilities %s: it makes namespaces, mounts and firewall rules; run it as root of the machine, or in a container with --privileged"
              .formatted(String.join(", ", missing)));
    }
    return machine;
  }

  private static void requireRoot() {
    try {
      if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
        throw new EngineFault(
            "an engine needs root: it makes namespaces, mounts and firewall rules; run it as root, or through sudo");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line each, for the log and {@code info}. */
  List<String> findings() {
    return List.of(
        "kernel: %s on %s, %d cpus".formatted(kernelVersion, architecture, cpus),
        "cgroups: " + cgroupLayout(),
        "capabilities: "
            + (lacking().isEmpty() ? "all that containers get" : "without " + lacking()));
  }

  /** What a user should know. */
  List<String> warnings() {
    return lacking().isEmpty()
        ? List.of()
        : List.of(
            "this process lacks the capabilities %s: containers cannot have them"
                .formatted(lacking()));
  }

  private String lacking() {
    return String.join(", ", Capabilities.missing(capabilities, WANTED));
  }

  private String cgroupLayout() {
    if (cgroupVersion.equals("2")) {
      return "version 2";
    }
    return Files.exists(Path.of("/sys/fs/cgroup/unified/cgroup.controllers"))
        ? "version 1, with version 2 mounted beside it"
        : "version 1";
  }

  private static String distribution() {
    Path file = Path.of("/etc/os-release");
    if (!Files.exists(file)) {
      return "Linux";
    }
    try (var reader = Files.newBufferedReader(file)) {
      var release = new Properties();
      release.load(reader);
      return release.getProperty("PRETTY_NAME", "Linux").replace("\"", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code uname -m} says it. */
  private static String processor() {
    String name = System.getProperty("os.arch", "");
    return name.equals("amd64") ? "x86_64" : name;
  }

  /** A line's first value, in /proc's {@code Key: value unit} files. */
  private static long field(String file, String key, int radix) {
    try (var lines = Files.lines(Path.of(file))) {
      String line = lines.filter(l -> l.startsWith(key)).findFirst().orElse(key + " 0");
      return Long.parseUnsignedLong(line.substring(key.length()).strip().split(" ", 2)[0], radix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
