package io.fairlead.api;

import io.fairlead.engine.Container;
import io.fairlead.runtime.Attachment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The clients that attached to a container before its start, for as long as they are there. */
final class EarlyClients {
  private final Map<String, Set<Attachment>> clients = new ConcurrentHashMap<>();

  /** A client's being there; it is forgotten at the close. */
  interface Presence extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param container as it was before the client attached
   */
  Presence add(Container container, Attachment client) {
    if (ContainerStatus.isRunning(container)) {
      return () -> {};
    }
    clients.computeIfAbsent(container.id(), id -> ConcurrentHashMap.newKeySet()).add(client);
    return () ->
        clients.computeIfPresent(
            container.id(),
            (id, all) -> {
              all.remove(client);
              return all.isEmpty() ? null : all;
            });
  }

  /**
   * Completes when none of a container's is far behind any more.
   *
   * @return why one was cut off, if one was
   */
  CompletableFuture<Optional<String>> keptUp(String containerId) {
    List<CompletableFuture<Optional<String>>> each =
        clients.getOrDefault(containerId, Set.of()).stream().map(Attachment::keptUp).toList();
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> each.stream().map(CompletableFuture::join).flatMap(Optional::stream).findFirst());
  }
}
