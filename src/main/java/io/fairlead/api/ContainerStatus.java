package io.fairlead.api;

import io.fairlead.engine.Container;
import java.time.Duration;
import java.time.Instant;

/** A container's state in Docker's words. */
final class ContainerStatus {
  private ContainerStatus() {}

  static boolean isRunning(Container container) {
    return switch (container.state()) {
      case RUNNING, PAUSED, STOPPING, RESTARTING -> true;
      case CREATED, STARTING, EXITED -> false;
    };
  }

  /** {@code created}, {@code running}, {@code paused}, {@code restarting} or {@code exited}. */
  static String word(Container container) {
    return switch (container.state()) {
      case CREATED, STARTING -> "created";
      case RUNNING, STOPPING -> "running";
      case PAUSED -> "paused";
      case RESTARTING -> "restarting";
      case EXITED -> "exited";
    };
  }

  /** {@code Up 3 minutes}, {@code Exited (0) 2 hours ago}, {@code Created}. */
  static String sentence(Container container, Instant now) {
    return switch (container.state()) {
      case CREATED, STARTING -> "Created";
      case RUNNING, STOPPING -> "Up " + since(container.startedAt().orElse(now), now);
      case PAUSED -> "Up %s (Paused)".formatted(since(container.startedAt().orElse(now), now));
      case RESTARTING ->
          "Restarting (%d) %s ago"
              .formatted(container.exitCode(), since(container.finishedAt().orElse(now), now));
      case EXITED ->
          "Exited (%d) %s ago"
              .formatted(container.exitCode(), since(container.finishedAt().orElse(now), now));
    };
  }

  private static String since(Instant then, Instant now) {
    return HumanDuration.of(Duration.between(then, now));
  }
}
