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
record Cgroups(List<Path> hierarchies, CgroupLayout layout, MadeGroups made, Reactor reactor) {
  private static final int SIGKILL = 9;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long RETRY_NANOS = 500_000;

  /** A container's group in each hierarchy, whether or not it is there. */
  List<Path> groups(String path) {
    return hierarchies.stream().map(hierarchy -> Path.of(hierarchy + path)).toList();
  }

  /** Before a container is made in a group of the user's choice. */
  void prepare(ProcessSpec spec, Bundle bundle) {
    String parent = spec.isolation().cgroupParent();
    if (parent.isEmpty()) {
      return;
    }
    made.note(hierarchies, parent);
    try {
      Files.writeString(bundle.directory().resolve("cgroup"), CgroupLayout.path(spec.id(), parent));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends every process in a container's groups and removes the groups; none is no error. */
  void remove(Bundle bundle) {
    String path = bundle.cgroupPath();
    for (Path group : groups(path)) {
      if (!tryRemoveEmpty(group)) {
        removeGroup(group);
      }
    }
    if (!path.equals(CgroupLayout.path(bundle.id()))) {
      made.removeEmpty();
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
