package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A container of an empty root and a program that is not there. A runtime that gets as far as
 * missing the program has made the namespaces, the mounts and the cgroups.
 */
final class RuntimeTrial {
  private static final String PROGRAM = "/no-such-program";
  private static final String ID = "0".repeat(64);

  private final Path directory;

  RuntimeTrial(Path directory) {
    this.directory = directory;
    Bundle.removeTree(directory);
    try {
      Files.createDirectories(directory.resolve("root"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String id() {
    return ID;
  }

  ProcessSpec spec() {
    return new ProcessSpec(
        ID,
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
        directory.resolve("log"),
        List.of());
  }

  boolean isPassed(EngineFault fault) {
    return String.valueOf(fault.getMessage()).contains("exec: \"" + PROGRAM + "\"");
  }

  void remove() {
    Bundle.removeTree(directory);
  }
}
