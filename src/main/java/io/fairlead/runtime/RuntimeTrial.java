package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A container that is made and never started. A runtime that gets that far has made the namespaces,
 * the mounts, the cgroups and the seccomp program.
 */
final class RuntimeTrial {
  private static final String PROGRAM = "/program";

  /** One of two engines that start on different roots must not remove the other's. */
  private final String id = "%064x".formatted(ProcessHandle.current().pid() ^ System.nanoTime());

  private final Path directory;

  /** Makes the container's root in this directory. */
  RuntimeTrial(Path directory) {
    this.directory = directory;
    Bundle.removeTree(directory);
    try {
      Path root = Files.createDirectories(directory.resolve("root"));
      Files.createFile(
          root.resolve(PROGRAM.substring(1)),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (IOException e) {
      throw new EngineFault("cannot use the exec root: " + e, e);
    }
  }

  String id() {
    return id;
  }

  ProcessSpec spec() {
    return new ProcessSpec(
        id,
        directory.resolve("root"),
        List.of(PROGRAM),
        List.of(),
        "/",
        "",
        "trial",
        Optional.empty(),
        List.of(),
        Set.of(),
        Set.of(),
        false,
        false,
        false,
        Optional.empty(),
        directory.resolve("log"),
        List.of(),
        Limits.NONE,
        Isolation.USUAL);
  }

  void remove() {
    Bundle.removeTree(directory);
  }
}
