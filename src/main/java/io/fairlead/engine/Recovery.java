package io.fairlead.engine;

import io.fairlead.image.Roots;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the records say what runs, after an engine was away for whatever reason, and removes what
 * no record claims. The network is mended afterwards, from the records.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Store store;
  private final OciRuntime runtime;
  private final Roots roots;
  private final Path dataRoot;
  private final Checkpoints checkpoints;

  Recovery(Store store, OciRuntime runtime, Roots roots, Path dataRoot, Checkpoints checkpoints) {
    this.store = store;
    this.runtime = runtime;
    this.roots = roots;
    this.dataRoot = dataRoot;
    this.checkpoints = checkpoints;
  }

  /**
   * @return the ids of the containers that run
   */
  Set<String> correct() {
    var verdicts = new LinkedHashMap<String, Verdict>();
    for (var row : store.read(Records::containers)) {
      verdicts.put(row.id(), Verdict.of(row, found(row.id()), Instant.now()));
    }
    store.update(records -> verdicts.forEach((id, verdict) -> record(records, id, verdict)));
    checkpoints.reached("recovery: recorded");
    var running = running(verdicts);
    removeUnclaimed(running);
    checkpoints.reached("recovery: cleared");
    return running;
  }

  private Verdict.Found found(String id) {
    return new Verdict.Found(
        runtime.conmonPid(id).isPresent(), runtime.started(id).isPresent(), runtime.exitStatus(id));
  }

  private void record(Records records, String id, Verdict verdict) {
    var row = records.container(id).orElseThrow();
    switch (verdict) {
      case Verdict.Rests() -> recordReturn(records, row);
      case Verdict.Runs() -> records.put(running(row));
      case Verdict.Ended(var status) -> {
        tell(row, "ended with " + status.code());
        recordEnd(records, row, status);
      }
      case Verdict.NeverRan(var error) -> {
        tell(row, "was not started");
        recordFailure(records, row, error);
      }
    }
  }

  private ContainerRow running(ContainerRow row) {
    boolean isPaused = runtime.controls().isPaused(row.id());
    if (row.state() == ContainerState.RUNNING || row.state() == ContainerState.PAUSED) {
      return row.in(isPaused ? ContainerState.PAUSED : ContainerState.RUNNING);
    }
    var pids =
        runtime
            .started(row.id())
            .orElseGet(() -> new OciRuntime.Created(row.conmonPid(), row.pid()));
    Instant startedAt = row.startedAt();
    return Lives.running(row, pids, startedAt == null ? Instant.now() : startedAt);
  }

  /** One that waits for its restart, or that is started whenever an engine opens. */
  private static void recordReturn(Records records, ContainerRow row) {
    Instant finished = row.finishedAt();
    boolean returns =
        row.state() == ContainerState.RESTARTING
            || (row.state() == ContainerState.EXITED
                && finished != null
                && policy(row).returnsWithEngine(row.isStoppedByUser()));
    if (returns) {
      records.put(row.in(ContainerState.RESTARTING));
      letGoOfPorts(records, row);
    }
  }

  /** Nobody holds them any more; its start binds them anew, or says who has them. */
  private static void letGoOfPorts(Records records, ContainerRow row) {
    records.setPorts(row.id(), List.of());
  }

  private static RestartPolicy policy(ContainerRow row) {
    return Kept.of(row).spec().restartPolicy();
  }

  private static void recordEnd(Records records, ContainerRow row, ExitStatus status) {
    if (Kept.of(row).spec().autoRemove()) {
      records.removeContainer(row.id());
    } else {
      boolean returns =
          policy(row).bringsBack(status.code(), row.restartCount(), row.isStoppedByUser());
      records.put(returns ? Lives.restarting(row, status) : Lives.exited(row, status, ""));
      if (returns) {
        letGoOfPorts(records, row);
      }
    }
  }

  private static void recordFailure(Records records, ContainerRow row, String error) {
    if (Kept.of(row).spec().autoRemove()) {
      records.removeContainer(row.id());
    } else {
      // Killed in the middle of bringing it back: that is done now.
      boolean returns =
          policy(row).returnsWithEngine(row.isStoppedByUser()) || row.restartCount() > 0;
      records.put(
          returns
              ? row.in(ContainerState.RESTARTING)
              : Lives.failed(row, StartFailure.OTHER, error));
      if (returns) {
        letGoOfPorts(records, row);
      }
    }
  }

  private static Set<String> running(Map<String, Verdict> verdicts) {
    var running = new HashSet<String>();
    verdicts.forEach(
        (id, verdict) -> {
          if (verdict instanceof Verdict.Runs) {
            running.add(id);
          }
        });
    return running;
  }

  private void removeUnclaimed(Set<String> running) {
    for (var id : runtime.known()) {
      if (!running.contains(id)) {
        LOG.info("runtime: removing what is left of {}", id);
        runtime.delete(id);
        checkpoints.reached("recovery: runtime cleared");
      }
    }
    var all = new HashSet<String>();
    store.read(Records::containers).forEach(row -> all.add(row.id()));
    roots.sweep(all, running);
    for (var id : ContainerFolder.all(dataRoot)) {
      if (!all.contains(id)) {
        ContainerFolder.of(dataRoot, id).delete();
      }
    }
  }

  private static void tell(ContainerRow row, String what) {
    LOG.info(
        "container {} ({}) {} while no engine was here", Lives.shortId(row.id()), row.name(), what);
  }
}
