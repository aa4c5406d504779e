package io.fairlead.engine;

import io.fairlead.EngineFault;
import io.fairlead.NotFound;
import io.fairlead.image.Image;
import io.fairlead.linux.Results;
import io.fairlead.network.NetworkRequest;
import io.fairlead.network.Networks.Allocation;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.runtime.ProcessSpec;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts one container: allocate, commit as starting, apply the network beside the root, conmon and
 * the runtime, commit as running. A failure at any point is one more record, and the same way back.
 */
final class Starts {
  private static final Logger LOG = LoggerFactory.getLogger(Starts.class);

  private final Rooms rooms;
  private final NetworkFileWriter files;
  private final NetworkEvents networkEvents;
  private final EarlyStreams streams;
  private final Endings endings;
  private final Checkpoints checkpoints;

  Starts(Rooms rooms, EarlyStreams streams, Endings endings, Checkpoints checkpoints) {
    this.rooms = rooms;
    this.files = new NetworkFileWriter(rooms);
    this.networkEvents = new NetworkEvents(rooms);
    this.streams = streams;
    this.endings = endings;
    this.checkpoints = checkpoints;
  }

  /**
   * The caller holds the container's lock, and has seen that it does not run.
   *
   * @param restartCount how often it was brought back, this time included; 0: somebody starts it
   */
  void start(ContainerRow row, int restartCount) {
    var steps = new Timeline(checkpoints);
    var kept = Kept.of(row);
    try {
      Image image = rooms.images().ofContainer(row.imageId());
      try (var allocation = allocate(row, kept)) {
        steps.reached("start: allocated");
        recordStarting(row.id(), allocation, restartCount);
        steps.reached("start: recorded");
        launch(row, kept, image, allocation, steps);
      }
    } catch (FailedStart e) {
      throw undo(row.id(), e.failure, steps);
    } catch (RuntimeException e) {
      throw undo(row.id(), StartFailure.of(e), steps);
    }
    rooms.events().container(row, "start");
    endings.watch(row.id());
    LOG.info("container {} ({}) runs: {}", Lives.shortId(row.id()), row.name(), steps);
  }

  private Allocation allocate(ContainerRow row, Kept kept) {
    try {
      return rooms.networks().allocate(row.id(), request(row, kept));
    } catch (RuntimeException e) {
      throw new FailedStart(StartFailure.ofNetwork(e, row));
    }
  }

  private NetworkRequest request(ContainerRow row, Kept kept) {
    return kept.joined()
        .map(target -> kept.joining(joined(row, target)))
        .orElseGet(kept::networkRequest);
  }

  /**
   * The id of the container whose sandbox is joined. One that is brought back has not left its
   * sandbox, whatever became of the container through which it came there.
   */
  private String joined(ContainerRow row, String target) {
    return rooms
        .store()
        .read(
            records -> {
              Optional<ContainerRow> found = References.find(records, target);
              if (found.isEmpty() && row.state() == ContainerState.RESTARTING) {
                return row.id();
              }
              String id = found.orElseThrow(() -> gone(target)).id();
              if (id.equals(row.id())) {
                throw new EngineFault("cannot join own network namespace");
              }
              return id;
            });
  }

  private void recordStarting(String id, Allocation allocation, int restartCount) {
    rooms
        .store()
        .update(
            records -> {
              allocation.record(records);
              var row = records.container(id).orElseThrow(() -> gone(id));
              records.put(Lives.starting(row, allocation.sandboxId(), restartCount));
            });
    allocation.committed();
  }

  private void launch(
      ContainerRow row, Kept kept, Image image, Allocation allocation, Timeline steps) {
    String id = row.id();
    String sandboxId = allocation.sandboxId();
    var root =
        Together.begin(
            "root " + Lives.shortId(id),
            () -> rooms.roots().mount(id, image, kept.spec().autoRemove()));
    ContainerFolder folder;
    try {
      applyNetwork(row, sandboxId);
      networkEvents.connected(row);
      steps.passed("network");
      folder = files.write(id, kept, sandboxId);
    } catch (RuntimeException e) {
      awaitQuietly(root, e);
      throw e;
    }
    Path rootPath = Results.of(root);
    steps.reached("start: network and root are there");
    var pids = run(spec(id, kept, rootPath, folder, allocation), kept, steps);
    steps.reached("start: process runs");
    rooms
        .store()
        .update(
            records -> {
              var starting = records.container(id).orElseThrow(() -> gone(id));
              records.put(Lives.running(starting, pids, Instant.now()));
            });
    steps.reached("start: recorded as running");
  }

  private void applyNetwork(ContainerRow row, @Nullable String sandboxId) {
    try {
      if (sandboxId != null) {
        rooms.networks().apply(sandboxId);
      }
    } catch (RuntimeException e) {
      throw new FailedStart(StartFailure.ofNetwork(e, row));
    }
  }

  /** Clients that attached before are connected between create and start: they miss no byte. */
  private OciRuntime.Created run(ProcessSpec spec, Kept kept, Timeline steps) {
    try {
      var pids = rooms.runtime().create(spec);
      steps.reached("start: process created");
      streams.connect(spec.id(), sink -> rooms.runtime().attach(spec.id(), sink));
      rooms.runtime().start(spec.id());
      return pids;
    } catch (RuntimeException e) {
      throw new FailedStart(StartFailure.ofRuntime(e, kept.plan().arguments().getFirst()));
    }
  }

  private ProcessSpec spec(
      String id, Kept kept, Path root, ContainerFolder folder, Allocation allocation) {
    String sandboxId = allocation.sandboxId();
    var own = rooms.folder(id);
    var plan = kept.plan();
    String hostname = folder.writtenHostname();
    var environment = new ArrayList<String>();
    environment.add("HOSTNAME=" + hostname);
    if (kept.spec().tty()) {
      environment.add("TERM=xterm");
    }
    environment.addAll(plan.environment());
    return new ProcessSpec(
        id,
        root,
        plan.arguments(),
        environment,
        plan.workingDirectory(),
        plan.user(),
        hostname,
        sandboxId == null ? Optional.empty() : Optional.of(rooms.networks().pin(sandboxId)),
        ContainerMounts.of(kept, folder),
        Capabilities.canonical("CapAdd", kept.spec().addedCapabilities()),
        Capabilities.canonical("CapDrop", kept.spec().droppedCapabilities()),
        kept.spec().isPrivileged(),
        kept.spec().openStdin(),
        kept.spec().stdinOnce(),
        kept.spec().tty() ? Optional.of(kept.spec().consoleSize()) : Optional.empty(),
        own.log(),
        allocation.inheritedFds(),
        kept.spec().limits(),
        new Donors(rooms).resolve(kept.spec().isolation()));
  }

  /** The way back. What fails on it is told in the log; the caller gets the first cause. */
  private RuntimeException undo(String id, StartFailure failure, Timeline steps) {
    var cause = failure.cause();
    LOG.warn("container {} did not start: {}", Lives.shortId(id), cause.getMessage());
    try {
      String error = String.valueOf(cause.getMessage());
      var row =
          rooms
              .store()
              .write(
                  records -> {
                    var failed = records.container(id).orElseThrow(() -> gone(id));
                    failed = Lives.failed(failed, failure.exitCode(), error);
                    records.put(failed);
                    return failed;
                  });
      checkpoints.reached("start: recorded as failed");
      if (steps.has("network")) {
        networkEvents.disconnected(row);
      }
      streams.end(id);
      endings.afterFailedStart(row, new ExitStatus(failure.exitCode(), false, Instant.now()));
    } catch (RuntimeException e) {
      LOG.error("container {}: not all of its failed start is undone", Lives.shortId(id), e);
      cause.addSuppressed(e);
    }
    return cause;
  }

  private static void awaitQuietly(FutureTask<Path> task, Throwable first) {
    try {
      Results.of(task);
    } catch (RuntimeException e) {
      first.addSuppressed(e);
    }
  }

  private static NotFound gone(String id) {
    return new NotFound("No such container: " + id);
  }

  /** Carries a failure, already told apart, out of the step where it was. */
  private static final class FailedStart extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient StartFailure failure;

    FailedStart(StartFailure failure) {
      super(failure.cause());
      this.failure = failure;
    }
  }
}
