package io.fairlead.runtime;

import io.fairlead.linux.FileWatch;
import io.fairlead.linux.Reactor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads on in a log whenever it grows, until its container has ended. */
record LogFollower(Path log, LogRequest request, LogFile reading) {

  void follow(Reactor reactor, CompletableFuture<ExitStatus> exited) throws IOException {
    var changed = new Semaphore(0);
    var _ = exited.whenComplete((status, failure) -> changed.release());
    var watch = new FileWatch(reactor, log, changed::release);
    try (watch) {
      boolean isLast;
      do {
        // Asked before reading: what was written before the end is read after it.
        isLast = exited.isDone() || isPastLimit();
        if (!reading.readOn()) {
          return;
        }
        reading.flush();
      } while (!isLast && awaitChange(changed));
    }
  }

  private boolean isPastLimit() {
    return request.until().filter(limit -> !Instant.now().isBefore(limit)).isPresent();
  }

  /** False when the thread was interrupted. */
  private boolean awaitChange(Semaphore changed) {
    try {
      if (request.until().isPresent()) {
        var left = Duration.between(Instant.now(), request.until().get()).plusMillis(1);
        if (!changed.tryAcquire(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS)) {
          return true;
        }
      } else {
        changed.acquire();
      }
      changed.drainPermits();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
