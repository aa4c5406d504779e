package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.NotFound;
import io.fairlead.engine.Container;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.engine.Containers;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineInfo;
import io.fairlead.image.Image;
import io.fairlead.runtime.ConsoleSize;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Containers: create, list, inspect, start, stop, kill, remove. */
final class ContainersApi {
  private static final Set<String> PRUNE_FILTERS = Set.of("until", "label", "label!");

  private final Engine engine;
  private final String storageDriver;
  private final String architecture;

  ContainersApi(Engine engine, EngineInfo info) {
    this.engine = engine;
    this.storageDriver = info.storageDriver();
    this.architecture = info.architecture();
  }

  private Containers containers() {
    return engine.containers();
  }

  /** {@code GET /containers/json}. */
  void list(Exchange exchange) {
    Query query = exchange.query();
    boolean isSizeAsked = query.flag("size");
    List<Container> all = containers().list();
    List<Image> images = engine.images().list();
    var filter =
        new ContainerFilter(
            Filters.parse(query.text("filters"), ContainerFilter.KEYS), all, images);
    int limit = query.number("limit").orElse(0);
    boolean withStopped = query.flag("all") || limit > 0 || filter.asksForStopped();
    Instant now = Instant.now();
    exchange.respond(
        200,
        all.stream()
            .filter(container -> withStopped || ContainerStatus.isRunning(container))
            .filter(filter)
            .limit(limit > 0 ? limit : Long.MAX_VALUE)
            .map(
                container ->
                    ContainerSummary.of(
                        container, images, now, size(container, images, isSizeAsked)))
            .toList());
  }

  private ContainerSize size(Container container, List<Image> images, boolean isAsked) {
    return isAsked ? ContainerSize.of(container, images, engine) : ContainerSize.NOT_ASKED;
  }

  private record Created(String id, List<String> warnings) {}

  /** {@code POST /containers/create}. */
  void create(Exchange exchange) throws IOException {
    Query query = exchange.query();
    if (exchange.version().isAtLeast(41)) {
      checkPlatform(query.text("platform"));
    }
    Containers.Created created = create(query.text("name"), CreateRequest.parse(exchange.json()));
    exchange.respond(201, new Created(created.id(), created.warnings()));
  }

  /** To a client a 404 means that the image is missing, and it begins to pull. */
  private Containers.Created create(Optional<String> name, ContainerSpec spec) {
    try {
      return containers().create(name, spec);
    } catch (NotFound e) {
      engine.images().find(spec.image());
      throw new InvalidRequest(Failures.message(e).message(), e);
    }
  }

  private void checkPlatform(Optional<String> platform) {
    platform
        .filter(wanted -> !Platforms.isOurs(wanted, architecture))
        .ifPresent(
            wanted -> {
              throw new NotBuilt(
                  "not built in this version: another platform than this machine's (%s)"
                      .formatted(wanted));
            });
  }

  /** {@code GET /containers/{id}/json}. */
  void inspect(Exchange exchange) {
    boolean isSizeAsked = exchange.query().flag("size");
    Container container = containers().find(exchange.parameter("id"));
    Optional<Image> image = image(container.imageId());
    ContainerSize size = size(container, image.stream().toList(), isSizeAsked);
    List<String> execs = engine.execs().unendedOf(container.id());
    exchange.respond(200, ContainerJson.of(container, image, storageDriver, size, execs));
  }

  /** Empty if it was removed by force. */
  private Optional<Image> image(String id) {
    try {
      return Optional.of(engine.images().find(id));
    } catch (NotFound _) {
      return Optional.empty();
    }
  }

  private record Pruned(@Nullable List<String> containersDeleted, long spaceReclaimed) {}

  /** {@code POST /containers/prune}: all that do not run. */
  void prune(Exchange exchange) {
    var filters = Filters.parse(exchange.query().text("filters"), PRUNE_FILTERS);
    Optional<Instant> until = PruneTime.until(filters);
    var pruned =
        engine.pruneContainers(
            each ->
                until.map(each.createdAt()::isBefore).orElse(true)
                    && filters.allowsLabels(each.spec().labels()));
    exchange.respond(
        200, new Pruned(pruned.ids().isEmpty() ? null : pruned.ids(), pruned.reclaimedBytes()));
  }

  /** {@code POST /containers/{id}/start}. */
  void start(Exchange exchange) {
    exchange.respond(containers().start(exchange.parameter("id")) ? 204 : 304);
  }

  /** {@code POST /containers/{id}/stop}. */
  void stop(Exchange exchange) {
    Query query = exchange.query();
    OptionalInt seconds = query.number("t");
    boolean wasRunning =
        containers()
            .stop(
                exchange.parameter("id"),
                exchange.version().isAtLeast(42) ? query.text("signal") : Optional.empty(),
                seconds.isPresent() ? Optional.of(seconds.getAsInt()) : Optional.empty());
    exchange.respond(wasRunning ? 204 : 304);
  }

  /** {@code POST /containers/{id}/kill}. */
  void kill(Exchange exchange) {
    String id = exchange.parameter("id");
    try {
      containers().kill(id, exchange.query().text("signal").orElse("SIGKILL"));
    } catch (NotFound e) {
      throw new NotFound("cannot kill container: %s: %s".formatted(id, e.getMessage()));
    }
    exchange.respond(204);
  }

  /** {@code POST /containers/{id}/resize}. */
  void resize(Exchange exchange) {
    ConsoleSize size = ConsoleSizes.of(exchange.query());
    containers().resize(exchange.parameter("id"), size);
    exchange.respond(200);
  }

  /** {@code DELETE /containers/{id}}. Its anonymous volumes ({@code v}) do not exist here. */
  void remove(Exchange exchange) {
    Query query = exchange.query();
    if (query.flag("link")) {
      throw new InvalidRequest("links are not built in this version; leave out link");
    }
    containers().remove(exchange.parameter("id"), query.flag("force"));
    exchange.respond(204);
  }
}
