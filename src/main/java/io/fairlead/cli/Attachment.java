package io.fairlead.cli;

import io.fairlead.cli.HttpConnection.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Being with a container to its end: its streams are ours, our signals are its. The order is
 * Docker's: attach, then wait, then start, so that neither output nor the exit code can be missed.
 */
final class Attachment {
  private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP", "USR2");
  private static final int INTERRUPTS_BEFORE_LEAVING = 3;
  private static final int LEFT = 130;

  private final Daemon daemon;
  private final String id;
  private final StreamFlags flags;
  private final String waitCondition;
  private final AtomicInteger interrupts = new AtomicInteger();

  private Attachment(Daemon daemon, String id, StreamFlags flags, String waitCondition) {
    this.daemon = daemon;
    this.id = id;
    this.flags = flags;
    this.waitCondition = waitCondition;
  }

  /**
   * @param waitCondition the end to wait for: {@code next-exit}, or {@code removed}
   */
  static Attachment of(Daemon daemon, String id, StreamFlags flags, String waitCondition) {
    return new Attachment(daemon, id, flags, waitCondition);
  }

  /**
   * Starts the container and stays until it has ended.
   *
   * @param whenStarted run before any output is shown
   * @return the container's exit code; 0 where the keys were typed
   */
  int start(Runnable whenStarted) throws IOException {
    return stay(
        () -> {
          daemon.post("/containers/" + id + "/start");
          whenStarted.run();
        });
  }

  /** The same with a container that runs. */
  int join() throws IOException {
    return stay(() -> {});
  }

  private int stay(Runnable whenJoined) throws IOException {
    Optional<Terminal> terminal = flags.terminal();
    try (var streams = daemon.connect();
        var waiting = daemon.connect()) {
      Response output =
          daemon.upgrade(streams, "/containers/%s/attach?%s".formatted(id, flags.query()));
      Response end =
          daemon.open(waiting, "POST", "/containers/" + id + "/wait?condition=" + waitCondition);
      whenJoined.run();
      if (flags.passesSignals()) {
        forwardSignals();
      }
      var session = new Session(daemon, streams, output, flags, "/containers/" + id + "/resize");
      if (session.run(terminal) == Session.End.LEFT) {
        Say.line("\r\nleft container %1$.12s running: fairlead attach %1$.12s".formatted(id));
        return 0;
      }
      return exitCode(Json.parse(end.text()));
    }
  }

  private static int exitCode(Json end) {
    String error = end.at("Error").at("Message").text();
    if (!error.isEmpty()) {
      throw new CommandFailure(RunCommand.ENGINE_FAILED, error);
    }
    return (int) end.at("StatusCode").number();
  }

  private void forwardSignals() {
    for (String name : FORWARDED) {
      Signals.onArrival(name, () -> forward(name));
    }
  }

  private void forward(String signal) {
    if (signal.equals("INT") && interrupts.incrementAndGet() >= INTERRUPTS_BEFORE_LEAVING) {
      Say.line("left container %1$.12s running; to end it: fairlead stop %1$.12s".formatted(id));
      Runtime.getRuntime().halt(LEFT);
    }
    try {
      daemon.post("/containers/" + id + "/kill?signal=SIG" + signal);
      if (interrupts.get() == INTERRUPTS_BEFORE_LEAVING - 1) {
        Say.line("the container has not ended yet; Ctrl-C once more leaves it running");
      }
    } catch (CommandFailure e) {
      // It may just have ended, and then the signal is without an object.
      if (!(e instanceof Refusal refusal && (refusal.status() == 404 || refusal.status() == 409))) {
        Say.line("SIG%s was not passed on: %s".formatted(signal, e.text()));
      }
    }
  }
}
