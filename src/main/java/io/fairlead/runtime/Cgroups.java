package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.linux.Pidfd;
import io.fairlead.linux.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The control groups of containers, in every hierarchy that is mounted. */
record Cgroups(List<Path> hierarchies, Reactor reactor) {
  private static final int SIGKILL = 9;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long RETRY_NANOS = 500_000;

  /** Ends every process in a container's groups and removes the groups; none is no error. */
  void remove(String id) {
    for (Path hierarchy : hierarchies) {
      Path group = Path.of(hierarchy + CgroupLayout.path(id));
      if (!tryRemoveEmpty(group)) {
        removeGroup(group);
      }
    }
  }

  /** The usual case: its processes have ended, and it has no groups below. */
  private static boolean tryRemoveEmpty(Path group) {
    try {
      Files.deleteIfExists(group);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void removeGroup(Path group) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!tryRemove(group)) {
      if (System.nanoTime() > deadline) {
        throw new EngineFault(
            "cannot remove the control group %s: processes in it do not end".formatted(group));
      }
      // The kernel lets go of a group shortly after its last process; v1 has no event for that.
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private boolean tryRemove(Path group) {
    try (Stream<Path> tree = Files.walk(group)) {
      for (Path directory :
          tree.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        killAll(directory);
        Files.deleteIfExists(directory);
      }
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (FileSystemException | UncheckedIOException e) {
      return false;
    } catch (IOException e) {
      throw new EngineFault("cannot remove the control group %s: %s".formatted(group, e), e);
    }
  }

  private void killAll(Path group) throws IOException {
    for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
      Pidfd.open(Integer.parseInt(pid)).ifPresent(process -> kill(process, reactor));
    }
  }

  /** Ends a process and waits for its end, for two seconds at most. */
  static void kill(Pidfd process, Reactor reactor) {
    process.kill(SIGKILL);
    reactor.ended(process).completeOnTimeout(-1, PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
