package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.Unavailable;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.ExecSpec;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.runtime.OutputSink;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.ExecRow;
import io.fairlead.store.ExecState;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Further processes in running containers: created, then started once. Their records go with the
 * container's; the processes go on while no engine is here.
 */
public final class Execs {
  private static final Logger LOG = LoggerFactory.getLogger(Execs.class);

  /** How many that are not running any more are kept for each container, the newest ones. */
  static final int KEPT_MAX = 100;

  /** Where nobody saw how it ended. */
  private static final int UNKNOWN = 255;

  private final Rooms rooms;
  private final ContainerLocks locks;
  private final SecureRandom random = new SecureRandom();

  Execs(Rooms rooms, ContainerLocks locks) {
    this.rooms = rooms;
    this.locks = locks;
  }

  /**
   * @param reference the container's
   * @return its id
   * @throws Conflict if the container does not run
   */
  public String create(String reference, ExecRequest request) {
    if (request.command().isEmpty()) {
      throw new InvalidRequest("No exec command specified");
    }
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    String json = JsonMapper.shared().writeValueAsString(request);
    String containerId = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(containerId)) {
      var container = running(containerId);
      var row = new ExecRow(id, containerId, json, ExecState.CREATED, 0, 0, Instant.now());
      rooms.store().update(records -> records.put(row));
      forgetOldest(containerId);
      tell(container, row, request, "exec_create");
    }
    return id;
  }

  private void forgetOldest(String containerId) {
    var ended =
        rooms.store().read(records -> records.execsOf(containerId)).stream()
            .filter(row -> row.state() != ExecState.RUNNING)
            .toList();
    for (var row : ended.subList(0, Math.max(0, ended.size() - KEPT_MAX))) {
      rooms.store().update(records -> records.removeExec(row.id()));
      rooms.runtime().execs().forget(containerId, row.id());
    }
  }

  /**
   * @throws NotFound in Docker's words
   */
  public Exec find(String id) {
    var row = row(id);
    return new Exec(id, row.containerId(), request(row), row.state(), row.pid(), row.exitCode());
  }

  /** The ids of a container's that have not ended, oldest first. */
  public List<String> unendedOf(String containerId) {
    return rooms.store().read(records -> records.execsOf(containerId)).stream()
        .filter(row -> row.state() != ExecState.EXITED)
        .map(ExecRow::id)
        .toList();
  }

  /** Starts it without a client: its output goes nowhere. */
  public void startDetached(String id) {
    var _ = start(id, ConsoleSize.UNKNOWN, Optional.empty());
  }

  /**
   * Starts it with a client.
   *
   * @param size of its terminal, instead of what was said at create
   * @param sink why a process did not start is said to it, too
   * @param open runs when nothing refuses the request any more, and before anything is started
   */
  public Attachment start(String id, ConsoleSize size, OutputSink sink, Runnable open) {
    var output = new ExecOutput(sink);
    return start(id, size, Optional.of(new Client(output, open)));
  }

  private record Client(ExecOutput output, Runnable open) {}

  private Attachment start(String id, ConsoleSize size, Optional<Client> client) {
    String containerId = row(id).containerId();
    try (var _ = locks.hold(containerId)) {
      var row = claim(id);
      client.ifPresent(c -> c.open().run());
      try {
        return run(row, size, client);
      } catch (RuntimeException e) {
        var failure = StartFailure.ofExec(e);
        LOG.info("exec {} did not start: {}", Lives.shortId(id), e.getMessage());
        record(id, ExecState.EXITED, 0, failure.exitCode());
        client.ifPresent(c -> c.output().recorded(String.valueOf(failure.cause().getMessage())));
        throw failure.cause();
      }
    }
  }

  /** From here on it counts as started, and is not started again. */
  private ExecRow claim(String id) {
    var row = row(id);
    switch (row.state()) {
      case RUNNING -> throw new Conflict("Error: Exec command %s is already running".formatted(id));
      case EXITED -> throw new Conflict("Error: Exec command %s has already run".formatted(id));
      case CREATED -> {}
    }
    running(row.containerId());
    record(id, ExecState.RUNNING, 0, 0);
    return row;
  }

  private Attachment run(ExecRow row, ConsoleSize size, Optional<Client> client) {
    var container = running(row.containerId());
    var request = request(row);
    tell(container, row, request, "exec_start");
    var started =
        rooms
            .runtime()
            .execs()
            .start(container.id(), spec(container, row, request, size), client.map(Client::output));
    record(row.id(), ExecState.RUNNING, started.pid(), 0);
    watch(row.id(), client.map(Client::output));
    return started.streams().orElse(EarlyStreams.Nothing.INSTANCE);
  }

  private ExecSpec spec(
      ContainerRow container, ExecRow row, ExecRequest request, ConsoleSize size) {
    var environment = new ArrayList<>(new ContainerView(rooms).of(container).environment());
    if (request.tty()) {
      environment.add("TERM=xterm");
    }
    environment.addAll(request.environment());
    boolean isSizeGiven = !size.equals(ConsoleSize.UNKNOWN);
    return new ExecSpec(
        row.id(),
        request.command(),
        environment,
        request.workingDirectory(),
        request.user(),
        request.isPrivileged(),
        request.attachStdin(),
        request.tty() ? Optional.of(isSizeGiven ? size : request.consoleSize()) : Optional.empty());
  }

  private void watch(String id, Optional<ExecOutput> output) {
    rooms
        .runtime()
        .execs()
        .exited(id)
        .ifPresentOrElse(exit -> watch(id, exit, output), () -> ended(id, null, output));
  }

  /** Records its end when it comes, then lets its client see it. */
  private void watch(String id, CompletableFuture<ExitStatus> exit, Optional<ExecOutput> output) {
    var _ =
        exit.whenComplete(
            (status, failure) ->
                Thread.ofVirtual()
                    .name("exec " + Lives.shortId(id))
                    .start(() -> ended(id, status, output)));
  }

  private void ended(String id, @Nullable ExitStatus status, Optional<ExecOutput> output) {
    var row = rooms.store().read(records -> records.exec(id));
    try (var _ = locks.hold(row.map(ExecRow::containerId).orElse(id))) {
      record(id, ExecState.EXITED, 0, status == null ? UNKNOWN : status.code());
      row.ifPresent(this::tellEnd);
    } catch (Unavailable closing) {
      // The engine that opens these roots next sees the same end.
      LOG.debug("exec {} ended while the engine was closing", Lives.shortId(id));
    } finally {
      output.ifPresent(o -> o.recorded(""));
    }
  }

  private void tellEnd(ExecRow row) {
    rooms
        .store()
        .read(records -> records.container(row.containerId()))
        .ifPresent(
            container ->
                rooms
                    .events()
                    .container(
                        container,
                        "exec_die",
                        Map.of("execID", row.id(), "exitCode", "" + find(row.id()).exitCode())));
  }

  /**
   * Gives its terminal another size; one without a terminal stays as it is.
   *
   * @throws Conflict if it does not run
   */
  public void resize(String id, ConsoleSize size) {
    String containerId = row(id).containerId();
    // One that is being started is waited for: clients say the size of their terminal at once.
    try (var _ = locks.hold(containerId)) {
      var row = row(id);
      boolean runs = row.state() == ExecState.RUNNING;
      boolean isResizable = runs && request(row).tty();
      if (!runs || (isResizable && !rooms.runtime().execs().resize(containerId, id, size))) {
        throw new Conflict("exec %s is not running".formatted(id));
      }
    }
  }

  /** Its client has left by the keys. */
  public void tellDetached(String id) {
    var row = row(id);
    rooms
        .store()
        .read(records -> records.container(row.containerId()))
        .ifPresent(
            container ->
                rooms.events().container(container, "exec_detach", Map.of("execID", row.id())));
  }

  /**
   * The ends of those that the records say run, as far as there is a trace of them. To be asked
   * after an engine was away, before anything of an ended container is removed.
   */
  static Map<String, Optional<CompletableFuture<ExitStatus>>> found(
      Store store, OciRuntime runtime) {
    var found = new HashMap<String, Optional<CompletableFuture<ExitStatus>>>();
    for (var row : store.read(Records::execs)) {
      if (row.state() == ExecState.RUNNING) {
        found.put(row.id(), runtime.execs().exited(row.id()));
      }
    }
    return found;
  }

  /** Goes on with what was found. */
  void resume(Map<String, Optional<CompletableFuture<ExitStatus>>> found) {
    found.forEach(
        (id, exit) ->
            exit.ifPresentOrElse(
                e -> watch(id, e, Optional.empty()), () -> ended(id, null, Optional.empty())));
  }

  private void record(String id, ExecState state, int pid, int exitCode) {
    rooms
        .store()
        .update(
            records ->
                records
                    .exec(id)
                    .ifPresent(
                        row ->
                            records.put(
                                new ExecRow(
                                    id,
                                    row.containerId(),
                                    row.spec(),
                                    state,
                                    pid,
                                    exitCode,
                                    row.createdAt()))));
  }

  private ContainerRow running(String containerId) {
    return rooms
        .store()
        .read(records -> records.container(containerId))
        .filter(row -> Lives.hasProcess(row.state()))
        .map(Execs::unlessPaused)
        .orElseThrow(() -> new Conflict("container %s is not running".formatted(containerId)));
  }

  private static ContainerRow unlessPaused(ContainerRow row) {
    if (row.state() == ContainerState.PAUSED) {
      throw new Conflict(
          "Container %s is paused, unpause the container before exec".formatted(row.id()));
    }
    return row;
  }

  private ExecRow row(String id) {
    return rooms
        .store()
        .read(records -> records.exec(id))
        .orElseThrow(() -> new NotFound("No such exec instance: " + id));
  }

  private static ExecRequest request(ExecRow row) {
    return JsonMapper.shared().readValue(row.spec(), ExecRequest.class);
  }

  private void tell(ContainerRow container, ExecRow row, ExecRequest request, String what) {
    String action = what + ": " + String.join(" ", request.command());
    rooms.events().container(container, action, Map.of("execID", row.id()));
  }
}
