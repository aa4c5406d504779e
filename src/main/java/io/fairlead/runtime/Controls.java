package io.fairlead.runtime;

import static io.fairlead.runtime.OciSpec.object;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** What is done to a running container as a whole: stopped and set going, limited, listed. */
public final class Controls {
  private final Cgroups cgroups;
  private final Function<String, Bundle> bundles;
  private final Support support;
  private final Conmon conmon;
  private final Spawn spawn;

  Controls(
      Cgroups cgroups,
      Function<String, Bundle> bundles,
      Support support,
      Conmon conmon,
      Spawn spawn) {
    this.cgroups = cgroups;
    this.bundles = bundles;
    this.support = support;
    this.conmon = conmon;
    this.spawn = spawn;
  }

  /**
   * Whether a container can be held to these limits here.
   *
   * @throws InvalidRequest if not, with the reason
   */
  public void check(Limits limits) {
    support.check(limits);
  }

  /**
   * Whether a container can be isolated so here.
   *
   * @throws InvalidRequest if not, with the reason
   */
  public void check(Isolation isolation) {
    support.check(isolation);
  }

  /** Whether a container has a cgroup namespace of its own where it is not asked for. */
  public boolean hasCgroupNamespace() {
    return cgroups.layout() == CgroupLayout.V2;
  }

  /**
   * Takes the processor away from all of its processes.
   *
   * @throws EngineFault if they do not stop; they then go on
   */
  public void pause(String id) {
    freezer(id)
        .orElseThrow(
            () ->
                new EngineFault(
                    "container %s cannot be paused: this machine has no cgroup freezer"
                        .formatted(id)))
        .freeze();
  }

  /** Sets them going again; no error if they are. */
  public void resume(String id) {
    freezer(id).ifPresent(Freezer::thaw);
  }

  public boolean isPaused(String id) {
    return freezer(id).map(Freezer::isFrozen).orElse(false);
  }

  private Optional<Freezer> freezer(String id) {
    return Freezer.of(cgroups.groups(bundles.apply(id).cgroupPath()));
  }

  /** The pids of all of its processes, in the host's numbers, ascending. */
  public List<Integer> processes(String id) {
    var pids = new TreeSet<Integer>();
    for (Path group : cgroups.groups(bundles.apply(id).cgroupPath())) {
      try {
        Files.readAllLines(group.resolve("cgroup.procs")).stream()
            .map(Integer::valueOf)
            .filter(pid -> pid > 0)
            .forEach(pids::add);
      } catch (IOException e) {
        // It ends at this moment.
      }
    }
    return List.copyOf(pids);
  }

  /** What all of its processes have used so far; zero where nothing of it is there any more. */
  public Usage usage(String id) {
    return new Gauges(cgroups.groups(bundles.apply(id).cgroupPath())).read();
  }

  /**
   * Holds a running container to other limits.
   *
   * @throws EngineFault in the runtime's words
   */
  public void update(String id, Limits limits) {
    var resources = OciResources.of(limits);
    if (limits.pids() < 0) {
      resources.put("pids", object("limit", limits.pids()));
    }
    if (resources.isEmpty()) {
      return;
    }
    Path file = bundles.apply(id).directory().resolve("resources.json");
    try {
      Files.write(file, JsonMapper.shared().writeValueAsBytes(resources));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var outcome =
        spawn.run(
            new Spawn.Command(
                List.of(
                    conmon.runtime().toString(),
                    "--root",
                    conmon.state().toString(),
                    "update",
                    "--resources",
                    file.toString(),
                    id),
                List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
                Path.of("/"),
                List.of(),
                true));
    if (outcome.exitCode() != 0) {
      throw new EngineFault(
          "Cannot update container %s: %s".formatted(id, outcome.output().strip()));
    }
  }
}
