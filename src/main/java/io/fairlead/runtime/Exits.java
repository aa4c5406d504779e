package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.linux.Pidfd;
import io.fairlead.linux.Reactor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the ends of containers, each by a descriptor of its conmon, which ends last and leaves
 * an exit file. Where conmon was killed there is none: its container can no longer be watched,
 * logged or attached to, so it is ended too. Its exit status is then 137, or 255 where it had
 * already ended by itself and nobody knows how.
 */
final class Exits {
  private static final Logger LOG = LoggerFactory.getLogger(Exits.class);
  private static final int KILLED = 137;
  private static final int UNKNOWN = 255;
  private static final int END_SECONDS = 10;

  private final Reactor reactor;
  private final Map<String, CompletableFuture<ExitStatus>> exits = new ConcurrentHashMap<>();

  Exits(Reactor reactor) {
    this.reactor = reactor;
  }

  /** Begins to wait, if conmon lives; else what it left, or did not leave, is the answer. */
  void watch(Bundle bundle) {
    var exit = new CompletableFuture<ExitStatus>();
    exits.put(bundle.id(), exit);
    var conmon = bundle.conmon();
    if (conmon.isPresent()) {
      var _ = reactor.ended(conmon.get()).thenRun(() -> settleSoon(bundle, exit));
    } else {
      settleSoon(bundle, exit);
    }
  }

  /** Not on the reactor's thread: whoever waits for this may take his time. */
  private void settleSoon(Bundle bundle, CompletableFuture<ExitStatus> exit) {
    Thread.ofVirtual()
        .name("exit " + bundle.id().substring(0, 12))
        .start(
            () -> {
              try {
                exit.complete(bundle.exitStatus().orElseGet(() -> loseConmon(bundle)));
              } catch (RuntimeException e) {
                LOG.error("container {}: its exit status is lost", bundle.id(), e);
                exit.completeExceptionally(e);
              }
            });
  }

  private ExitStatus loseConmon(Bundle bundle) {
    Optional<Pidfd> init = bundle.init();
    init.ifPresent(process -> Cgroups.kill(process, reactor));
    int code = init.isPresent() ? KILLED : UNKNOWN;
    LOG.warn("container {}: conmon was killed; the container ends with {}", bundle.id(), code);
    bundle.recordExit(code);
    return bundle.exitStatus().orElseThrow();
  }

  Optional<CompletableFuture<ExitStatus>> of(String id) {
    return Optional.ofNullable(exits.get(id));
  }

  /** Waits for the end of what was killed. */
  static void awaitEnd(String id, CompletableFuture<ExitStatus> exit) {
    try {
      exit.get(END_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new EngineFault(
          "%s was killed and does not end after %d s".formatted(id, END_SECONDS), e);
    } catch (ExecutionException e) {
      // How it ended is lost; that it ended is enough here.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineFault("interrupted while %s ended".formatted(id), e);
    }
  }

  void forget(String id) {
    exits.remove(id);
  }
}
