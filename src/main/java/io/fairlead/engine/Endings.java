package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.Unavailable;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.store.ContainerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a container's process has ended, or its record is removed: first the record,
 * then everything that the record had claimed, then those who wait.
 */
final class Endings {
  private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

  private final Rooms rooms;
  private final NetworkEvents networkEvents;
  private final ContainerLocks locks;
  private final Waiters waiters;
  private final EarlyStreams streams;
  private final Restarts restarts;
  private final Checkpoints checkpoints;
  private final Set<String> removing = ConcurrentHashMap.newKeySet();

  Endings(
      Rooms rooms,
      ContainerLocks locks,
      Waiters waiters,
      EarlyStreams streams,
      Restarts restarts,
      Checkpoints checkpoints) {
    this.rooms = rooms;
    this.networkEvents = new NetworkEvents(rooms);
    this.locks = locks;
    this.waiters = waiters;
    this.streams = streams;
    this.restarts = restarts;
    this.checkpoints = checkpoints;
  }

  /** From now on the container's end is seen and acted on. */
  void watch(String id) {
    var _ =
        rooms
            .runtime()
            .exited(id)
            .whenComplete(
                (status, failure) ->
                    Thread.ofVirtual()
                        .name("exit " + Lives.shortId(id))
                        .start(() -> onExit(id, status, failure)));
  }

  private void onExit(String id, @Nullable ExitStatus status, @Nullable Throwable failure) {
    if (status == null) {
      LOG.error("container {}: its end cannot be seen", Lives.shortId(id), failure);
      return;
    }
    try (var _ = locks.hold(id)) {
      var row = rooms.store().read(records -> records.container(id));
      if (row.isPresent() && Lives.hasProcess(row.get().state())) {
        end(row.get(), status);
      }
    } catch (Unavailable closing) {
      // The engine that opens these roots next sees the same end.
      LOG.debug("container {} ended while the engine was closing", Lives.shortId(id));
    } catch (RuntimeException e) {
      LOG.error("container {} ended, and not all of it is cleared away", Lives.shortId(id), e);
    }
  }

  private void end(ContainerRow row, ExitStatus status) {
    String id = row.id();
    LOG.info("container {} ({}) ended with {}", Lives.shortId(id), row.name(), status.code());
    if (Kept.of(row).spec().autoRemove() && !restarts.isByHand(id) && removing.add(id)) {
      try {
        remove(row, status);
      } finally {
        removing.remove(id);
      }
      return;
    }
    boolean isExpected = !removing.contains(id) && restarts.isExpected(row, status);
    rooms
        .store()
        .update(
            records ->
                records
                    .container(id)
                    .ifPresent(
                        r ->
                            records.put(
                                isExpected
                                    ? Lives.restarting(r, status)
                                    : Lives.exited(r, status, ""))));
    checkpoints.reached("exit: recorded");
    tellEnd(row, status);
    try {
      clearRun(row);
    } finally {
      networkEvents.disconnected(row);
      waiters.ended(id, status);
    }
    if (isExpected) {
      restarts.ended(row, status);
    }
  }

  /** One that waits for its restart is to rest instead; the caller holds its lock. */
  void giveUp(ContainerRow row) {
    var status = Stops.statusOf(row);
    var resting = Lives.exited(row.withRestarts(row.restartCount(), true), status, "");
    rooms.store().update(records -> records.put(resting));
    restarts.forget(row.id());
    try {
      clearRun(resting);
    } finally {
      waiters.ended(row.id(), status);
    }
  }

  private void tellEnd(ContainerRow row, ExitStatus status) {
    if (status.oomKilled()) {
      rooms.events().container(row, "oom");
    }
    Instant began = row.startedAt();
    long seconds = began == null ? 0 : Duration.between(began, status.at()).toSeconds();
    rooms
        .events()
        .container(
            row,
            "die",
            Map.of(
                "execDuration",
                Long.toString(Math.max(0, seconds)),
                "exitCode",
                Integer.toString(status.code())));
  }

  /** Takes away what a run had; its record, its root and its log stay. */
  private void clearRun(ContainerRow row) {
    var steps = new ArrayList<Runnable>();
    applyNetwork(row, steps);
    steps.add(() -> rooms.roots().unmount(row.id()));
    steps.add(() -> rooms.runtime().delete(row.id()));
    Together.all("clear " + Lives.shortId(row.id()), steps);
    checkpoints.reached("exit: cleared");
  }

  private void applyNetwork(ContainerRow row, List<Runnable> steps) {
    String sandboxId = row.sandboxId();
    if (sandboxId != null) {
      steps.add(() -> rooms.networks().apply(sandboxId));
    }
  }

  /**
   * After a start that failed, and is recorded as failed.
   *
   * @param row as it is recorded now
   */
  void afterFailedStart(ContainerRow row, ExitStatus status) {
    // The runtime first: what it still runs is in the namespace and on the root.
    rooms.runtime().delete(row.id());
    if (Kept.of(row).spec().autoRemove() && removing.add(row.id())) {
      try {
        remove(row, status);
      } finally {
        removing.remove(row.id());
      }
      return;
    }
    try {
      clearRun(row);
    } finally {
      waiters.ended(row.id(), status);
    }
  }

  /**
   * Announces that a container is about to be removed: its end will not remove it a second time.
   *
   * @throws Conflict if somebody else is removing it
   */
  void claimRemoval(ContainerRow row) {
    if (!removing.add(row.id())) {
      throw new Conflict("removal of container %s is already in progress".formatted(row.name()));
    }
  }

  void releaseRemoval(ContainerRow row) {
    removing.remove(row.id());
  }

  /**
   * Removes a container that does not run. The caller holds its lock and has claimed the removal.
   *
   * @param status what those get who wait for its removal
   */
  void remove(ContainerRow row, ExitStatus status) {
    String id = row.id();
    restarts.forget(id);
    var timeline = new Timeline(checkpoints);
    rooms.store().update(records -> records.removeContainer(id));
    timeline.reached("remove: recorded");
    boolean hasJustEnded = Lives.hasProcess(row.state());
    if (hasJustEnded) {
      tellEnd(row, status);
    }
    var steps = new ArrayList<Runnable>();
    applyNetwork(row, steps);
    steps.add(
        () -> {
          rooms.runtime().delete(id);
          timeline.passed("runtime");
        });
    steps.add(
        () -> {
          rooms.roots().remove(id);
          rooms.folder(id).delete();
          rooms.images().sweep();
          timeline.passed("root");
        });
    try {
      Together.all("remove " + Lives.shortId(id), steps);
      timeline.reached("remove: cleared");
    } finally {
      if (hasJustEnded) {
        networkEvents.disconnected(row);
      }
      rooms.events().container(row, "destroy");
      streams.end(id);
      waiters.removed(id, status);
    }
    LOG.info("container {} ({}) is removed: {}", Lives.shortId(id), row.name(), timeline);
  }
}
