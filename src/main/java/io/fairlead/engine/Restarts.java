package io.fairlead.engine;

import io.fairlead.runtime.ExitStatus;
import io.fairlead.store.ContainerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings containers back that have ended, as their policies say: after a tenth of a second, twice
 * that, and so on up to a minute; from the beginning again after one has run for ten seconds. Knows
 * nothing that the records do not say but how long it waited last.
 */
final class Restarts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration STEADY = Duration.ofSeconds(10);

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("restarts").daemon().factory());
  private final Map<String, Duration> delays = new ConcurrentHashMap<>();
  private final Set<String> byHand = ConcurrentHashMap.newKeySet();
  private final Consumer<String> start;

  /**
   * @param start starts a container by its id if it still waits for that
   */
  Restarts(Consumer<String> start) {
    this.start = start;
  }

  /** Whether a container that has ended with this status stays ready to be started again. */
  boolean isExpected(ContainerRow row, ExitStatus status) {
    return byHand.contains(row.id())
        || Kept.of(row)
            .spec()
            .restartPolicy()
            .bringsBack(status.code(), row.restartCount(), row.isStoppedByUser());
  }

  /** After the end of a container that is expected back, when all of its run is cleared away. */
  void ended(ContainerRow row, ExitStatus status) {
    if (byHand.contains(row.id())) {
      return;
    }
    Instant began = row.startedAt();
    var ran = began == null ? Duration.ZERO : Duration.between(began, status.at());
    // Somebody started it since it was brought back last: that counts from the beginning.
    Optional<Duration> before =
        row.restartCount() == 0 ? Optional.empty() : Optional.ofNullable(delays.get(row.id()));
    var delay = next(before, ran);
    delays.put(row.id(), delay);
    LOG.info(
        "container {} ({}) is brought back in {} ms",
        Lives.shortId(row.id()),
        row.name(),
        delay.toMillis());
    after(delay, row.id());
  }

  static Duration next(Optional<Duration> before, Duration ran) {
    if (before.isEmpty() || ran.compareTo(STEADY) >= 0) {
      return FIRST;
    }
    var twice = before.get().multipliedBy(2);
    return twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
  }

  /** One that waited when an earlier engine went. */
  void resume(String id) {
    after(Duration.ZERO, id);
  }

  private void after(Duration delay, String id) {
    try {
      var _ =
          clock.schedule(
              () ->
                  Thread.ofVirtual()
                      .name("restart " + Lives.shortId(id))
                      .start(() -> start.accept(id)),
              delay.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closing) {
      LOG.debug("container {} waits for the next engine", Lives.shortId(id));
    }
  }

  /**
   * Somebody restarts this one: its end is no reason to clear its place away.
   *
   * @return false if somebody else does so already
   */
  boolean beginByHand(String id) {
    return byHand.add(id);
  }

  void endByHand(String id) {
    byHand.remove(id);
  }

  boolean isByHand(String id) {
    return byHand.contains(id);
  }

  /** Somebody started, stopped or removed it: what comes counts from the beginning. */
  void forget(String id) {
    delays.remove(id);
  }

  /** Those that wait do so until the next engine. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
