package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What somebody does to end a container: stop, kill, restart, remove. */
final class Stops {
  private static final int DEFAULT_STOP_SECONDS = 10;
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  private final Rooms rooms;
  private final ContainerLocks locks;
  private final Waiters waiters;
  private final Starts starts;
  private final Endings endings;
  private final Restarts restarts;

  Stops(
      Rooms rooms,
      ContainerLocks locks,
      Waiters waiters,
      Starts starts,
      Endings endings,
      Restarts restarts) {
    this.rooms = rooms;
    this.locks = locks;
    this.waiters = waiters;
    this.starts = starts;
    this.endings = endings;
    this.restarts = restarts;
  }

  boolean stop(String reference, Optional<String> signal, Optional<Integer> timeoutSeconds) {
    Optional<Integer> wanted = signal.map(Signals::number);
    var found = References.resolve(rooms.store(), reference);
    String id = found.id();
    Asked asked;
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (!Lives.isLive(row.state())) {
        return false;
      }
      if (row.state() == ContainerState.RESTARTING) {
        endings.giveUp(row);
        rooms.events().container(row, "stop");
        return true;
      }
      asked = askToEnd(row, wanted, timeoutSeconds, true);
    }
    awaitEnd(id, asked);
    rooms.events().container(found, "stop");
    return true;
  }

  void restart(String reference, Optional<String> signal, Optional<Integer> timeoutSeconds) {
    Optional<Integer> wanted = signal.map(Signals::number);
    var found = References.resolve(rooms.store(), reference);
    String id = found.id();
    if (!restarts.beginByHand(id)) {
      throw new Conflict("container %s is being restarted already".formatted(id));
    }
    try {
      Optional<Asked> asked;
      try (var _ = locks.hold(id)) {
        var row = References.reread(rooms.store(), id, reference);
        asked =
            Lives.hasProcess(row.state())
                ? Optional.of(askToEnd(row, wanted, timeoutSeconds, false))
                : Optional.empty();
      }
      asked.ifPresent(
          each -> {
            awaitEnd(id, each);
            rooms.events().container(found, "stop");
          });
      startAgain(id, reference);
    } finally {
      restarts.endByHand(id);
    }
  }

  private void startAgain(String id, String reference) {
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      // Somebody else may have started it meanwhile.
      if (!Lives.hasProcess(row.state())) {
        restarts.forget(id);
        starts.start(row, 0);
      }
      rooms.events().container(row, "restart");
    }
  }

  /** An end that was asked for, and how long it may take before it is forced. */
  private record Asked(CompletableFuture<ExitStatus> ended, int seconds) {}

  /** The caller holds the lock. */
  private Asked askToEnd(
      ContainerRow row,
      Optional<Integer> signal,
      Optional<Integer> timeoutSeconds,
      boolean isForGood) {
    var kept = Kept.of(row);
    var ended = waiters.add(row.id(), WaitCondition.NEXT_EXIT);
    var stopping = Lives.stopping(row).withRestarts(row.restartCount(), isForGood);
    rooms.store().update(records -> records.put(stopping));
    sendSignal(row, signal.orElse(kept.plan().stopSignal()));
    if (row.state() == ContainerState.PAUSED) {
      rooms.runtime().controls().resume(row.id());
    }
    return new Asked(
        ended,
        timeoutSeconds.or(() -> kept.spec().stopTimeoutSeconds()).orElse(DEFAULT_STOP_SECONDS));
  }

  private void awaitEnd(String id, Asked asked) {
    if (!isEndedWithin(asked.ended, asked.seconds)) {
      killIfLive(id);
      awaitKilled(id, asked.ended);
    }
  }

  private void sendSignal(ContainerRow row, int signal) {
    rooms.runtime().kill(row.id(), signal);
    rooms.events().container(row, "kill", Map.of("signal", Integer.toString(signal)));
  }

  private void killIfLive(String id) {
    try (var _ = locks.hold(id)) {
      rooms
          .store()
          .read(records -> records.container(id))
          .filter(row -> Lives.hasProcess(row.state()))
          .ifPresent(this::sendKill);
    }
  }

  /** A signal reaches a paused process when it goes on. */
  private void sendKill(ContainerRow row) {
    sendSignal(row, Signals.SIGKILL);
    if (row.state() == ContainerState.PAUSED) {
      rooms.runtime().controls().resume(row.id());
    }
  }

  void kill(String reference, String signal) {
    int number = Signals.number(signal);
    String id = References.resolve(rooms.store(), reference).id();
    CompletableFuture<ExitStatus> ended;
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (row.state() == ContainerState.RESTARTING) {
        endings.giveUp(row);
        return;
      }
      if (!Lives.isLive(row.state())) {
        throw new Conflict(
            "cannot kill container: %s: container %s is not running".formatted(reference, id));
      }
      boolean isMeantToEnd =
          number == Signals.SIGKILL || number == Kept.of(row).plan().stopSignal();
      if (isMeantToEnd) {
        rooms.store().update(records -> records.put(row.withRestarts(row.restartCount(), true)));
      }
      ended = waiters.add(id, WaitCondition.NEXT_EXIT);
      if (number == Signals.SIGKILL) {
        sendKill(row);
      } else {
        sendSignal(row, number);
      }
    }
    if (number == Signals.SIGKILL) {
      awaitKilled(id, ended);
    } else {
      ended.cancel(false);
    }
  }

  void remove(String reference, boolean force) {
    var row = References.resolve(rooms.store(), reference);
    endings.claimRemoval(row);
    try {
      var killed = removeOrKill(row.id(), reference, force);
      while (killed.isPresent()) {
        awaitKilled(row.id(), killed.get());
        killed = removeOrKill(row.id(), reference, force);
      }
    } finally {
      endings.releaseRemoval(row);
    }
  }

  /** Removes it if it does not run; else kills it, and tells when it has ended. */
  private Optional<CompletableFuture<ExitStatus>> removeOrKill(
      String id, String reference, boolean force) {
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (Lives.isLive(row.state()) && !force) {
        throw new Conflict(
            "cannot remove container \"/%s\": container is %s"
                .formatted(row.name(), wayOut(row.state())));
      }
      if (!Lives.hasProcess(row.state())) {
        endings.remove(row, statusOf(row));
        return Optional.empty();
      }
      var ended = waiters.add(id, WaitCondition.NEXT_EXIT);
      sendKill(row);
      return Optional.of(ended);
    }
  }

  private static String wayOut(ContainerState state) {
    return switch (state) {
      case PAUSED -> "paused and must be unpaused first";
      case RESTARTING -> "restarting: stop the container before removing or force remove";
      case CREATED, STARTING, RUNNING, STOPPING, EXITED ->
          "running: stop the container before removing or force remove";
    };
  }

  static ExitStatus statusOf(ContainerRow row) {
    Instant finished = row.finishedAt();
    return new ExitStatus(
        row.exitCode(), row.oomKilled(), finished == null ? Instant.now() : finished);
  }

  private static boolean isEndedWithin(CompletableFuture<ExitStatus> ended, int seconds) {
    try {
      if (seconds < 0) {
        ended.get();
      } else {
        ended.get(seconds, TimeUnit.SECONDS);
      }
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Failure failure
          ? failure
          : new EngineFault("a container's end cannot be told: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineFault("interrupted while a container was ending", e);
    }
  }

  private static void awaitKilled(String id, CompletableFuture<ExitStatus> ended) {
    if (!isEndedWithin(ended, (int) KILL_PATIENCE.toSeconds())) {
      throw new EngineFault(
          "container %s was killed and has not ended after %d s: its process may hang in the kernel; try again later"
              .formatted(id, KILL_PATIENCE.toSeconds()));
    }
  }
}
