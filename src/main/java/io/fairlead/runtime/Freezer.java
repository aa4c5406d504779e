package io.fairlead.runtime;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What stops the processes of a group and sets them going again: the controller freezer of v1
 * (cgroup-v1/freezer-subsystem.rst), or a file of every group of v2 (cgroup-v2.rst).
 *
 * @param command the file that is written
 * @param state the file that says how it is
 * @param frozenState what it then contains
 */
record Freezer(Path command, String freezing, String thawing, Path state, String frozenState) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_NANOS = 200_000;

  /**
   * @param groups a container's, in every hierarchy
   */
  static Optional<Freezer> of(List<Path> groups) {
    for (Path group : groups) {
      Path file = group.resolve("freezer.state");
      if (Files.exists(file)) {
        return Optional.of(new Freezer(file, "FROZEN", "THAWED", file, "FROZEN"));
      }
    }
    for (Path group : groups) {
      Path file = group.resolve("cgroup.freeze");
      if (Files.exists(file)) {
        return Optional.of(new Freezer(file, "1", "0", group.resolve("cgroup.events"), "frozen 1"));
      }
    }
    return Optional.empty();
  }

  void freeze() {
    write(freezing);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isFrozen()) {
      if (System.nanoTime() > deadline) {
        write(thawing);
        throw new EngineFault(
            "the processes in %s did not stop within %d s; they go on"
                .formatted(command.getParent(), PATIENCE.toSeconds()));
      }
      // v1 has no event for it, and a process deep in the kernel is asked again by each write.
      LockSupport.parkNanos(POLL_NANOS);
      write(freezing);
    }
  }

  void thaw() {
    write(thawing);
  }

  boolean isFrozen() {
    try {
      return Files.readString(state).lines().anyMatch(frozenState::equals);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String text) {
    try {
      Files.writeString(command, text);
    } catch (NoSuchFileException e) {
      // The container has ended.
      return;
    } catch (IOException e) {
      throw new EngineFault("cannot write %s: %s".formatted(command, e.getMessage()), e);
    }
  }
}
