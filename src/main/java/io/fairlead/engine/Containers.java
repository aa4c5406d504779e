package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Records;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The lives of containers. A reference is an id, an unambiguous prefix of one, or a name with or
 * without its slash.
 */
public final class Containers {
  private final Rooms rooms;
  private final ContainerLocks locks;
  private final Waiters waiters;
  private final Creation creation;
  private final Starts starts;
  private final Stops stops;
  private final Alterations alterations;
  private final Streams streams;
  private final ContainerView view;

  Containers(
      Rooms rooms,
      Machine machine,
      ContainerLocks locks,
      Waiters waiters,
      Creation creation,
      Starts starts,
      Stops stops,
      Streams streams) {
    this.rooms = rooms;
    this.locks = locks;
    this.waiters = waiters;
    this.creation = creation;
    this.starts = starts;
    this.stops = stops;
    this.alterations = new Alterations(rooms, locks, machine);
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
    return view.of(References.resolve(rooms.store(), reference));
  }

  /** Newest first. */
  public List<Container> list() {
    return rooms.store().read(Records::containers).stream()
        .sorted(Comparator.comparing(ContainerRow::createdAt).reversed())
        .map(view::of)
        .toList();
  }

  /** What a container has written over its image's files, in bytes. */
  public long writtenBytes(String id) {
    return rooms.roots().writtenBytes(id);
  }

  /**
   * @return false if it was running already
   */
  public boolean start(String reference) {
    String id = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (row.state() == ContainerState.PAUSED) {
        throw new Conflict("cannot start a paused container, try unpause instead");
      }
      if (Lives.isLive(row.state())) {
        return false;
      }
      starts.start(row, 0);
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
    return stops.stop(reference, signal, timeoutSeconds);
  }

  /** Stops it if it runs, and starts it; its sandbox stays. */
  public void restart(String reference, Optional<String> signal, Optional<Integer> timeoutSeconds) {
    stops.restart(reference, signal, timeoutSeconds);
  }

  /**
   * Returns when the signal is sent, or, for SIGKILL, when the container has ended.
   *
   * @param signal name with or without SIG, or number
   */
  public void kill(String reference, String signal) {
    stops.kill(reference, signal);
  }

  /** Returns when nothing of the container is left. */
  public void remove(String reference, boolean force) {
    stops.remove(reference, force);
  }

  /** What is changed of a container while it lives on: paused, renamed, limited. */
  public Alterations alterations() {
    return alterations;
  }

  /**
   * Completes with the exit status when the condition is met. The container is looked up before
   * this returns.
   */
  public CompletableFuture<ExitStatus> await(String reference, WaitCondition condition) {
    var row = References.resolve(rooms.store(), reference);
    var future = waiters.add(row.id(), condition);
    // Looked at again after joining the waiters: what happened in between completes it too.
    var now = rooms.store().read(records -> records.container(row.id()));
    if (now.isEmpty()) {
      future.complete(Stops.statusOf(row));
    } else if (condition == WaitCondition.NOT_RUNNING && !Lives.isLive(now.get().state())) {
      future.complete(Stops.statusOf(now.get()));
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
    var found = References.resolve(rooms.store(), reference);
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
      var row = References.reread(rooms.store(), id, reference);
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
    var row = References.resolve(rooms.store(), reference);
    boolean isLive = Lives.hasProcess(row.state());
    if (!isLive || (Kept.of(row).spec().tty() && !rooms.runtime().resize(row.id(), size))) {
      throw new Conflict("container %s is not running".formatted(row.id()));
    }
    rooms
        .events()
        .container(row, "resize", Map.of("height", "" + size.height(), "width", "" + size.width()));
  }

  /** A client has left its terminal by the keys. */
  public void tellDetached(String reference) {
    rooms.events().container(References.resolve(rooms.store(), reference), "detach");
  }

  /**
   * Reads the log into the sink on the calling thread; see {@link
   * io.fairlead.runtime.OciRuntime#readLog}.
   */
  public void logs(String reference, LogRequest request, OutputSink sink) {
    if (!request.stdout() && !request.stderr()) {
      throw new InvalidRequest("Bad parameters: you must choose at least one stream");
    }
    streams.readLog(References.resolve(rooms.store(), reference).id(), request, sink);
  }
}
