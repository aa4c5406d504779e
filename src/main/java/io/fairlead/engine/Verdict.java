package io.fairlead.engine;

import io.fairlead.runtime.ExitStatus;
import io.fairlead.store.ContainerRow;
import java.time.Instant;
import java.util.Optional;

/** What is true of a container whose record was left behind by an engine that is gone. */
sealed interface Verdict {
  /** The record is right as it is: it did not run, and does not. */
  record Rests() implements Verdict {}

  /** Its process runs. */
  record Runs() implements Verdict {}

  /** It ran, and has ended. */
  record Ended(ExitStatus status) implements Verdict {}

  /** Its start was not finished: what there is of it goes. */
  record NeverRan(String error) implements Verdict {}

  /** As Docker has it for a container that ended while nobody watched. */
  int UNKNOWN_EXIT = 255;

  String INTERRUPTED = "the engine ended while it was starting this container; start it again";

  /**
   * What the runtime knows of a container.
   *
   * @param isWatched whether its conmon lives
   * @param isStarted whether its process was let run, if there is one
   */
  record Found(boolean isWatched, boolean isStarted, Optional<ExitStatus> exit) {}

  static Verdict of(ContainerRow row, Found found, Instant now) {
    return switch (row.state()) {
      case CREATED, EXITED, RESTARTING -> new Rests();
      case RUNNING, PAUSED, STOPPING ->
          found.exit.isEmpty() && found.isWatched
              ? new Runs()
              : new Ended(found.exit.orElseGet(() -> new ExitStatus(UNKNOWN_EXIT, false, now)));
      case STARTING -> {
        if (!found.isStarted) {
          yield new NeverRan(INTERRUPTED);
        }
        if (found.exit.isPresent()) {
          yield new Ended(found.exit.get());
        }
        yield found.isWatched ? new Runs() : new NeverRan(INTERRUPTED);
      }
    };
  }
}
