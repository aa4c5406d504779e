package io.fairlead.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code fairlead daemon stop}: ends the daemon; containers run on. */
final class DaemonStopCommand implements Command {
  private static final int PATIENCE_SECONDS = 60;

  @Override
  public Usage usage() {
    return Usage.of("daemon stop", "Stop the daemon; containers run on");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    if (!stop(host.socket())) {
      Say.line("no daemon answers on " + host.socket());
    }
    return 0;
  }

  /**
   * Ends the daemon behind a socket and waits until it is gone.
   *
   * @return false if there was none
   */
  static boolean stop(Path socket) throws InterruptedException, ExecutionException {
    Optional<DaemonNote> note = DaemonNote.read(socket);
    Optional<ProcessHandle> process = note.flatMap(DaemonNote::process);
    if (process.isEmpty()) {
      if (new Daemon(socket, false).answers()) {
        throw new CommandFailure(
            "what answers on %s is no daemon of ours (%s is missing or outdated); stop it as it was started"
                .formatted(socket, DaemonNote.pathBeside(socket)));
      }
      return false;
    }
    long pid = process.get().pid();
    if (!process.get().destroy()) {
      throw new CommandFailure(
          "the daemon (pid %d) may not be stopped by this user".formatted(pid));
    }
    try {
      process.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      throw new CommandFailure(
          "the daemon (pid %d) has not ended after %d s; its log: %s"
              .formatted(pid, PATIENCE_SECONDS, note.get().log()));
    }
  }
}
