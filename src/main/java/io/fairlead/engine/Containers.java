package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.Records;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The lives of containers. A reference is an id, an unambiguous prefix of one, or a name with or
 * without its slash.
 */
public final class Containers {
  private static final int DEFAULT_STOP_SECONDS = 10;
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  private final Rooms rooms;
  private final ContainerLocks locks;
  private final Waiters waiters;
  private final Creation creation;
  private final Starts starts;
  private final Endings endings;
  private final Streams streams;
  private final ContainerView view;

  Containers(
      Rooms rooms,
      ContainerLocks locks,
      Waiters waiters,
      Creation creation,
      Starts starts,
      Endings endings,
      Streams streams) {
    this.rooms = rooms;
    this.locks = locks;
    this.waiters = waiters;
    this.creation = creation;
    this.starts = starts;
    this.endings = endings;
    this.streams = streams;
    this.view = new ContainerView(rooms);
  }

  /** What a create answers. */
  public record Created(String id, List<String> warnings) {}

  public enum WaitCondition {
    NOT_RUNNING,
    NEXT_EXIT,
    REMOVED
  }

  /**
   * @param name empty: one is made up
   * @throws io.fairlead.NotFound {@code No such image: x:latest}
   * @throws io.fairlead.Conflict if the name is in use, in Docker's words
   */
  public Created create(Optional<String> name, ContainerSpec spec) {
    return creation.create(name, spec);
  }

  /**
   * @throws io.fairlead.NotFound {@code No such container: x}
   */
  public Container find(String reference) {
    return view.of(resolve(reference));
  }

  /** Newest first. */
  public List<Container> list() {
    return rooms.store().read(Records::containers).stream()
        .sorted(Comparator.comparing(ContainerRow::createdAt).reversed())
        .map(view::of)
        .toList();
  }

  /**
   * @return false if it was running already
   */
  public boolean start(String reference) {
    String id = resolve(reference).id();
    try (var _ = locks.hold(id)) {
      var row = reread(id, reference);
      if (Lives.isLive(row.state())) {
        return false;
      }
      starts.start(row);
      return true;
    }
  }

  /**
   * Sends the stop signal, waits, then kills.
   *
   * @param timeoutSeconds negative: for ever
   * @return false if it was not running
   */
  public boolean stop(String reference, Optional<String> signal, Optional<Integer> timeoutSeconds) {
    Optional<Integer> wanted = signal.map(Signals::number);
    var found = resolve(reference);
    String id = found.id();
    Kept kept;
    CompletableFuture<ExitStatus> ended;
    try (var _ = locks.hold(id)) {
      var row = reread(id, reference);
      if (!Lives.isLive(row.state())) {
        return false;
      }
      kept = Kept.of(row);
      ended = waiters.add(id, WaitCondition.NEXT_EXIT);
      rooms.store().update(records -> records.put(Lives.stopping(row)));
      sendSignal(row, wanted.orElse(kept.plan().stopSignal()));
    }
    int seconds =
        timeoutSeconds.or(() -> kept.spec().stopTimeoutSeconds()).orElse(DEFAULT_STOP_SECONDS);
    if (!isEndedWithin(ended, seconds)) {
      killIfLive(id);
      awaitKilled(id, ended);
    }
    rooms.events().container(found, "stop");
    return true;
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
          .filter(row -> Lives.isLive(row.state()))
          .ifPresent(row -> sendSignal(row, Signals.SIGKILL));
    }
  }

  /**
   * Returns when the signal is sent, or, for SIGKILL, when the container has ended.
   *
   * @param signal name with or without SIG, or number
   */
  public void kill(String reference, String signal) {
    int number = Signals.number(signal);
    String id = resolve(reference).id();
    CompletableFuture<ExitStatus> ended;
    try (var _ = locks.hold(id)) {
      var row = reread(id, reference);
      if (!Lives.isLive(row.state())) {
        throw new Conflict(
            "cannot kill container: %s: container %s is not running".formatted(reference, id));
      }
      ended = waiters.add(id, WaitCondition.NEXT_EXIT);
      sendSignal(row, number);
    }
    if (number == Signals.SIGKILL) {
      awaitKilled(id, ended);
    } else {
      ended.cancel(false);
    }
  }

  /** Returns when nothing of the container is left. */
  public void remove(String reference, boolean force) {
    var row = resolve(reference);
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
      var row = reread(id, reference);
      if (!Lives.isLive(row.state())) {
        endings.remove(row, statusOf(row));
        return Optional.empty();
      }
      if (!force) {
        throw new Conflict(
            "cannot remove container \"/%s\": container is running: stop the container before removing or force remove"
                .formatted(row.name()));
      }
      var ended = waiters.add(id, WaitCondition.NEXT_EXIT);
      sendSignal(row, Signals.SIGKILL);
      return Optional.of(ended);
    }
  }

  /**
   * Completes with the exit status when the condition is met. The container is looked up before
   * this returns.
   */
  public CompletableFuture<ExitStatus> await(String reference, WaitCondition condition) {
    var row = resolve(reference);
    var future = waiters.add(row.id(), condition);
    // Looked at again after joining the waiters: what happened in between completes it too.
    var now = rooms.store().read(records -> records.container(row.id()));
    if (now.isEmpty()) {
      future.complete(statusOf(row));
    } else if (condition == WaitCondition.NOT_RUNNING && !Lives.isLive(now.get().state())) {
      future.complete(statusOf(now.get()));
    }
    return future;
  }

  /**
   * Joins the container's streams, before its start too: output then flows from its first byte.
   *
   * @param replayLog give what the log has first
   * @param stream whether live output follows
   */
  public Attachment attach(String reference, boolean replayLog, boolean stream, OutputSink sink) {
    var found = resolve(reference);
    String id = found.id();
    if (replayLog) {
      streams.replay(id, sink);
    }
    if (!stream) {
      rooms.events().container(found, "attach");
      sink.end();
      return EarlyStreams.Nothing.INSTANCE;
    }
    try (var _ = locks.hold(id)) {
      var row = reread(id, reference);
      var attachment = streams.join(row, sink);
      rooms.events().container(row, "attach");
      return attachment;
    }
  }

  /**
   * Gives its terminal another size; one without a terminal stays as it is.
   *
   * @throws io.fairlead.Conflict if it does not run
   */
  public void resize(String reference, ConsoleSize size) {
    var row = resolve(reference);
    boolean isLive = Lives.isLive(row.state());
    if (!isLive || (Kept.of(row).spec().tty() && !rooms.runtime().resize(row.id(), size))) {
      throw new Conflict("container %s is not running".formatted(row.id()));
    }
  }

  /**
   * Reads the log into the sink on the calling thread; see {@link
   * io.fairlead.runtime.OciRuntime#readLog}.
   */
  public void logs(String reference, LogRequest request, OutputSink sink) {
    if (!request.stdout() && !request.stderr()) {
      throw new InvalidRequest("Bad parameters: you must choose at least one stream");
    }
    streams.readLog(resolve(reference).id(), request, sink);
  }

  private ContainerRow resolve(String reference) {
    return rooms.store().read(records -> References.resolve(records, reference));
  }

  /** The row as it is now that the lock is held. */
  private ContainerRow reread(String id, String reference) {
    return rooms
        .store()
        .read(records -> records.container(id))
        .orElseThrow(() -> new NotFound("No such container: " + reference));
  }

  private static ExitStatus statusOf(ContainerRow row) {
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
