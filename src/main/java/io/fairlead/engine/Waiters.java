package io.fairlead.engine;

import io.fairlead.Unavailable;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.runtime.ExitStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Who waits for a container to end or to vanish. A waiter that is cancelled is forgotten, so there
 * are never more than there are clients.
 */
final class Waiters {
  private final Map<String, List<Waiter>> waiting = new HashMap<>();

  private record Waiter(WaitCondition condition, CompletableFuture<ExitStatus> future) {}

  CompletableFuture<ExitStatus> add(String containerId, WaitCondition condition) {
    var waiter = new Waiter(condition, new CompletableFuture<>());
    synchronized (this) {
      waiting.computeIfAbsent(containerId, id -> new ArrayList<>()).add(waiter);
    }
    var _ = waiter.future.whenComplete((status, failure) -> forget(containerId, waiter));
    return waiter.future;
  }

  private synchronized void forget(String containerId, Waiter waiter) {
    waiting.computeIfPresent(
        containerId,
        (id, list) -> {
          list.remove(waiter);
          return list.isEmpty() ? null : list;
        });
  }

  /** The container ended, and everything of its run is gone. */
  void ended(String containerId, ExitStatus status) {
    complete(containerId, status, waiter -> waiter.condition != WaitCondition.REMOVED);
  }

  /** The container is no more. */
  void removed(String containerId, ExitStatus status) {
    complete(containerId, status, waiter -> true);
  }

  /** The engine closes: nobody here will know. */
  void close() {
    List<Waiter> all;
    synchronized (this) {
      all = waiting.values().stream().flatMap(List::stream).toList();
    }
    var closing = new Unavailable("the engine is closing; the container may still run");
    all.forEach(waiter -> waiter.future.completeExceptionally(closing));
  }

  private void complete(String containerId, ExitStatus status, Predicate<Waiter> which) {
    List<Waiter> due;
    synchronized (this) {
      due = waiting.getOrDefault(containerId, List.of()).stream().filter(which).toList();
    }
    due.forEach(waiter -> waiter.future.complete(status));
  }
}
