package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.NotFound;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Mounts;
import io.fairlead.linux.Pidfd;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Starts and ends containers by crun or runc under conmon. Keeps nothing that it could not find
 * again under the exec root after the daemon died: conmon's pid file, the exit file, the log, the
 * attach socket.
 */
public final class OciRuntime implements AutoCloseable {
  private static final int SIGKILL = 9;
  private static final List<String> ENVIRONMENT = List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin");

  private final Path bundles;
  private final Reactor reactor;
  private final Spawn spawn;
  private final Exits exits;
  private final Consoles consoles;
  private final Conmon conmon;
  private final Execs execs;
  private final CgroupLayout layout;
  private final Cgroups cgroups;
  private final SeccompProfile seccomp;
  private final SeccompFilters filters;
  private final HiddenCgroups hidden;
  private final Controls controls;
  private final Set<String> grantable = Capabilities.grantable();
  private final List<String> findings = new ArrayList<>();

  private OciRuntime(RuntimeConfig config, Path conmonProgram, Path runtime) throws IOException {
    bundles = Files.createDirectories(config.execRoot().resolve("runtime"));
    Path state = Files.createDirectories(config.execRoot().resolve("oci"));
    var mounts = Mounts.table();
    layout = CgroupLayout.of(mounts);
    seccomp = SeccompProfile.load();
    hidden = isCrun(runtime) ? HiddenCgroups.of(mounts) : HiddenCgroups.NONE;
    filters = new SeccompFilters(isCrun(runtime));
    reactor = new Reactor("runtime events");
    exits = new Exits(reactor);
    consoles = new Consoles(reactor, Conmon.emptyDirectory(config.overflow()));
    cgroups =
        new Cgroups(
            CgroupLayout.hierarchies(mounts),
            layout,
            new MadeGroups(Files.createDirectories(config.execRoot().resolve("groups"))),
            reactor);
    spawn = openSpawn(config, reactor, hidden);
    Path terminals = Conmon.emptyDirectory(config.execRoot().resolve("terminals"));
    conmon = new Conmon(conmonProgram, runtime, state, terminals, spawn, reactor);
    var support = new Support(Controllers.find(), grantable);
    controls = new Controls(cgroups, this::bundle, support, conmon, spawn);
    execs = new Execs(this::bundle, conmon, consoles, exits, reactor, grantable);
  }

  private static Spawn openSpawn(RuntimeConfig config, Reactor reactor, HiddenCgroups hidden) {
    try {
      return Spawn.open(config.host(), reactor, hidden::hide);
    } catch (KernelException e) {
      reactor.close();
      throw new EngineFault(
          "no thread to start containers from: %s; run the engine as root, with CAP_SYS_ADMIN"
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Finds the parts and tries the runtime once.
   *
   * @throws io.fairlead.EngineFault if conmon or the runtime is absent or refuses this machine;
   *     says why and what to install
   */
  public static OciRuntime open(RuntimeConfig config) {
    Path conmonProgram = Programs.conmon();
    var refusals = new ArrayList<String>();
    for (Path candidate : Programs.runtimes(config.runtime())) {
      OciRuntime runtime;
      try {
        runtime = new OciRuntime(config, conmonProgram, candidate);
      } catch (IOException e) {
        throw new EngineFault("cannot use the exec root " + config.execRoot() + ": " + e, e);
      }
      var refusal = runtime.probe();
      if (refusal.isEmpty()) {
        runtime.describe(refusals);
        runtime.findAgain();
        return runtime;
      }
      runtime.close();
      refusals.add(candidate + " does not run here: " + refusal.get());
    }
    throw new EngineFault(String.join("; ", refusals));
  }

  private static boolean isCrun(Path runtime) {
    return String.valueOf(runtime.getFileName()).startsWith("crun");
  }

  /** Has the runtime make a container that is never started. */
  private Optional<String> probe() {
    var trial = new RuntimeTrial(bundles.resolveSibling("trial"));
    try {
      create(trial.spec());
      return Optional.empty();
    } catch (EngineFault e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } finally {
      delete(trial.id());
      trial.remove();
    }
  }

  private void describe(List<String> refusals) {
    findings.add(layout.words());
    findings.addAll(refusals);
    findings.add("runtime %s (%s)".formatted(path(), version()));
    findings.add("conmon %s (%s)".formatted(conmon.program(), firstLine(conmon.program())));
    findings.add("seccomp profile " + SeccompProfile.place());
  }

  private void findAgain() {
    for (String id : known()) {
      var bundle = bundle(id);
      if (bundle.pid().isPresent() || bundle.exitStatus().isPresent()) {
        exits.watch(bundle);
      }
      execs.findAgain(bundle);
    }
  }

  public Controls controls() {
    return controls;
  }

  /** Further processes in containers. */
  public Execs execs() {
    return execs;
  }

  /** {@code crun} or {@code runc}. */
  public String name() {
    return String.valueOf(path().getFileName());
  }

  public Path path() {
    return conmon.runtime();
  }

  public String version() {
    return firstLine(path());
  }

  private String firstLine(Path program) {
    var command =
        new Spawn.Command(
            List.of(program.toString(), "--version"), ENVIRONMENT, Path.of("/"), List.of(), true);
    return spawn.run(command).output().lines().findFirst().orElse("version unknown");
  }

  /** What was found and chosen at start, one line each, for {@code info} and the log. */
  public List<String> findings() {
    return List.copyOf(findings);
  }

  /**
   * Spawns conmon, which makes the container; the process waits for {@link #start}. Closes nothing
   * of the caller's.
   *
   * @return the pids of conmon and of the container's first process
   * @throws io.fairlead.EngineFault with the runtime's own text, after everything made so far is
   *     gone again
   */
  public Created create(ProcessSpec spec) {
    var joins = Joins.of(spec, this::bundle);
    var configuration = new OciSpec(spec, layout, seccomp, filters, grantable, joins);
    var bundle = bundle(spec.id());
    try {
      Files.createDirectory(bundle.directory());
      cgroups.prepare(spec, bundle);
      Joins.lendShm(spec, bundle);
      Files.write(bundle.configuration(), configuration.toJson());
      int pid = conmon.create(bundle, spec);
      int conmonPid =
          bundle.conmonPidOnFile().orElseThrow(() -> new EngineFault("conmon left no pid file"));
      exits.watch(bundle);
      filters.learn(configuration.sharedSeccompRules(), conmon.state().resolve(spec.id()));
      return new Created(conmonPid, pid);
    } catch (FileAlreadyExistsException e) {
      throw new EngineFault(
          "the runtime already has a container %s; delete it first".formatted(spec.id()), e);
    } catch (IOException e) {
      delete(spec.id());
      throw new EngineFault("cannot write the bundle of container " + spec.id() + ": " + e, e);
    } catch (EngineFault | KernelException e) {
      delete(spec.id());
      throw e;
    }
  }

  public record Created(int conmonPid, int pid) {}

  /**
   * Lets the created process run.
   *
   * @throws io.fairlead.EngineFault with the runtime's text ({@code executable file not found
   *     ...}); the container is then to be deleted
   */
  public void start(String id) {
    if (!isCrun(path()) || !ExecFifo.release(conmon.state().resolve(id))) {
      startByProgram(id);
    }
  }

  private void startByProgram(String id) {
    var command =
        new Spawn.Command(
            List.of(path().toString(), "--root", conmon.state().toString(), "start", id),
            ENVIRONMENT,
            Path.of("/"),
            List.of(),
            true);
    var outcome = spawn.run(command);
    if (outcome.exitCode() != 0) {
      throw new EngineFault(
          RuntimeErrors.ofCreate(name(), bundle(id).arguments(), outcome.output().strip()));
    }
  }

  /**
   * @param signal its number
   * @return false if the process is gone already
   */
  public boolean kill(String id, int signal) {
    var init = bundle(id).init();
    try {
      return init.isPresent() && init.get().kill(signal);
    } finally {
      init.ifPresent(Pidfd::close);
    }
  }

  /**
   * Ends what still runs and removes all that the runtime and conmon keep of it, the exit file and
   * cgroups with it. May be repeated.
   */
  public void delete(String id) {
    var bundle = bundle(id);
    if (kill(id, SIGKILL)) {
      // A signal reaches a paused process when it goes on.
      controls.resume(id);
    }
    var exit = exits.of(id);
    execs.endAll(bundle);
    if (exit.isPresent()) {
      Exits.awaitEnd(id, exit.get());
    } else if (bundle.exists() || Files.exists(conmon.state().resolve(id))) {
      // It failed on the way, or the daemon died on it: whatever bears its name has to end.
      bundle.endNamesakes(reactor);
    }
    consoles.finish(id);
    cgroups.remove(bundle);
    hidden.remove(bundle.cgroupPath(), spawn);
    Bundle.removeTree(conmon.state().resolve(id));
    Mounts.unmount(bundle.shm());
    Bundle.removeTree(bundle.directory());
    exits.forget(id);
  }

  /**
   * Completes when the container has ended; at once if it has. Works for containers that an earlier
   * daemon started.
   */
  public CompletableFuture<ExitStatus> exited(String id) {
    return exits
        .of(id)
        .map(CompletableFuture::copy)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new NotFound("container %s is not in the runtime".formatted(id))));
  }

  /** The exit status if the container has ended, else empty. */
  public Optional<ExitStatus> exitStatus(String id) {
    return bundle(id).exitStatus();
  }

  /**
   * The pids of a container whose process was let run, whether or not it has ended since. Until
   * then both runtimes keep a FIFO, on which the process waits.
   */
  public Optional<Created> started(String id) {
    var bundle = bundle(id);
    var conmonPid = bundle.conmonPidOnFile();
    var pid = bundle.pid();
    // Both runtimes let the process go by this fifo, and then remove it.
    Path state = conmon.state().resolve(id);
    boolean isLetRun = Files.isDirectory(state) && !Files.exists(state.resolve("exec.fifo"));
    return isLetRun && conmonPid.isPresent() && pid.isPresent()
        ? Optional.of(new Created(conmonPid.getAsInt(), pid.getAsInt()))
        : Optional.empty();
  }

  /** Conmon's pid if it lives (checked: pid file, and that the process is that conmon). */
  public OptionalInt conmonPid(String id) {
    var process = bundle(id).conmon();
    process.ifPresent(Pidfd::close);
    return process.map(p -> OptionalInt.of(p.pid())).orElseGet(OptionalInt::empty);
  }

  /** A descriptor of conmon's process, for {@code pidfd_getfd}. */
  public Optional<Fd> conmonPidfd(String id) {
    return bundle(id).conmon().map(Pidfd::fd);
  }

  /** The containers of which the exec root knows anything, running or not. */
  public List<String> known() {
    try (Stream<Path> entries = Files.list(bundles)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Joins the container's streams. Output flows to the sink from now on; a sink more than 8 MiB
   * behind is cut off.
   */
  public Attachment attach(String id, OutputSink sink) {
    return consoles.attach(bundle(id), sink);
  }

  /**
   * Gives the terminal of a container another size.
   *
   * @return false if the container has ended
   */
  public boolean resize(String id, ConsoleSize size) {
    return consoles.resize(bundle(id), size);
  }

  /**
   * Reads a log into a sink on the calling thread, and follows it if asked until the container ends
   * or the sink declines. It ends within a second of the thread's interruption.
   *
   * <p>A piece is a whole line with its newline; what has no newline goes on in the next piece of
   * the same stream.
   */
  public void readLog(String id, Path log, LogRequest request, OutputSink sink) {
    try (var reading = new LogFile(log, request, sink)) {
      if (request.follow() && exits.of(id).isPresent()) {
        new LogFollower(log, request, reading).follow(reactor, exited(id));
      } else if (reading.readOn()) {
        reading.flush();
      }
    } catch (ClosedByInterruptException e) {
      // The reader is called off; the thread's flag is set again.
    } catch (NoSuchFileException e) {
      // It has not written anything yet, and will not: no conmon has opened a log.
    } catch (IOException e) {
      throw new EngineFault("cannot read the log of container %s: %s".formatted(id, e), e);
    } finally {
      sink.end();
    }
  }

  private Bundle bundle(String id) {
    return Bundle.ofContainer(id, bundles.resolve(id));
  }

  /** Stops watching. Containers run on. */
  @Override
  public void close() {
    consoles.close();
    spawn.close();
    reactor.close();
  }
}
