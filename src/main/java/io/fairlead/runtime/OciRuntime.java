package io.fairlead.runtime;

import io.fairlead.linux.Fd;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * Starts and ends containers by crun or runc under conmon. Keeps nothing that it could not find
 * again under the exec root after the daemon died: conmon's pid file, the exit file, the log, the
 * attach socket.
 */
public final class OciRuntime implements AutoCloseable {

  /**
   * Finds the parts and tries the runtime once.
   *
   * @throws io.fairlead.EngineFault if conmon or the runtime is absent or refuses this machine;
   *     says why and what to install
   */
  public static OciRuntime open(RuntimeConfig config) {
    throw new UnsupportedOperationException();
  }

  /** {@code crun} or {@code runc}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  public Path path() {
    throw new UnsupportedOperationException();
  }

  public String version() {
    throw new UnsupportedOperationException();
  }

  /** What was found and chosen at start, one line each, for {@code info} and the log. */
  public java.util.List<String> findings() {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  public record Created(int conmonPid, int pid) {}

  /**
   * Lets the created process run.
   *
   * @throws io.fairlead.EngineFault with the runtime's text ({@code executable file not found
   *     ...}); the container is then to be deleted
   */
  public void start(String id) {
    throw new UnsupportedOperationException();
  }

  /**
   * @param signal its number
   * @return false if the process is gone already
   */
  public boolean kill(String id, int signal) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends what still runs and removes all that the runtime and conmon keep of it, the exit file and
   * cgroups with it. May be repeated.
   */
  public void delete(String id) {
    throw new UnsupportedOperationException();
  }

  /**
   * Completes when the container has ended; at once if it has. Works for containers that an earlier
   * daemon started.
   */
  public CompletableFuture<ExitStatus> exited(String id) {
    throw new UnsupportedOperationException();
  }

  /** The exit status if the container has ended, else empty. */
  public Optional<ExitStatus> exitStatus(String id) {
    throw new UnsupportedOperationException();
  }

  /** The pids of a container whose process was let run, whether or not it has ended since. */
  public Optional<Created> started(String id) {
    throw new UnsupportedOperationException();
  }

  /** Conmon's pid if it lives (checked: pid file, and that the process is that conmon). */
  public OptionalInt conmonPid(String id) {
    throw new UnsupportedOperationException();
  }

  /** A descriptor of conmon's process, for {@code pidfd_getfd}. */
  public Optional<Fd> conmonPidfd(String id) {
    throw new UnsupportedOperationException();
  }

  /** The containers of which the exec root knows anything, running or not. */
  public java.util.List<String> known() {
    throw new UnsupportedOperationException();
  }

  /**
   * Joins the container's streams. Output flows to the sink from now on; a sink more than 8 MiB
   * behind is cut off.
   */
  public Attachment attach(String id, OutputSink sink) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads a log into a sink on the calling thread, and follows it if asked until the container ends
   * or the sink declines. It ends within a second of the thread's interruption.
   */
  public void readLog(String id, Path log, LogRequest request, OutputSink sink) {
    throw new UnsupportedOperationException();
  }

  /** Stops watching. Containers run on. */
  @Override
  public void close() {}
}
