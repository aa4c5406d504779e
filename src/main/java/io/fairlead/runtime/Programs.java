package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the programs that we start. */
final class Programs {
  /** Where they are when the daemon was started with a meagre PATH; conmon may be Podman's own. */
  private static final List<String> USUAL =
      List.of(
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin",
          "/usr/libexec/podman",
          "/usr/lib/podman");

  private Programs() {}

  static Path conmon() {
    return find("conmon")
        .orElseThrow(
            () ->
                new EngineFault(
                    "conmon was not found; install the package conmon (apt-get install conmon)"));
  }

  /**
   * The runtimes to try, the preferred one first.
   *
   * @param wanted {@code auto}, {@code crun}, {@code runc} or a path
   */
  static List<Path> runtimes(String wanted) {
    if (wanted.equals("auto")) {
      var found = Stream.of("crun", "runc").flatMap(name -> find(name).stream()).toList();
      if (found.isEmpty()) {
        throw new EngineFault(
            "neither crun nor runc was found; install one of them (apt-get install crun)");
      }
      return found;
    }
    if (wanted.contains("/")) {
      Path path = Path.of(wanted);
      if (!Files.isExecutable(path)) {
        throw new EngineFault("the runtime %s does not exist or may not be run".formatted(wanted));
      }
      return List.of(path);
    }
    return List.of(
        find(wanted)
            .orElseThrow(
                () ->
                    new EngineFault(
                        "the runtime %s was not found; install it (apt-get install %s)"
                            .formatted(wanted, wanted))));
  }

  static Optional<Path> find(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Stream.of(path.split(":", -1)), USUAL.stream())
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .filter(file -> !Files.isDirectory(file))
        .findFirst();
  }
}
