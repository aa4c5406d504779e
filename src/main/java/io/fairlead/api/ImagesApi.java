package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fairlead.InvalidRequest;
import io.fairlead.engine.Container;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineInfo;
import io.fairlead.image.HistoryStep;
import io.fairlead.image.Image;
import io.fairlead.image.Images;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Images: list, inspect, tag, remove. */
final class ImagesApi {
  private static final Set<String> FILTERS =
      Set.of("reference", "dangling", "label", "before", "since");
  private static final Set<String> PRUNE_FILTERS = Set.of("dangling", "until", "label", "label!");

  private final Engine engine;
  private final String storageDriver;

  ImagesApi(Engine engine, EngineInfo info) {
    this.engine = engine;
    this.storageDriver = info.storageDriver();
  }

  private record Summary(
      String id,
      String parentId,
      List<String> repoTags,
      List<String> repoDigests,
      long created,
      long size,
      long sharedSize,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> virtualSize,
      Map<String, String> labels,
      long containers) {}

  /** {@code GET /images/json}. There are no intermediate images for {@code all} to show. */
  void list(Exchange exchange) {
    Query query = exchange.query();
    Filters filters = Filters.parse(query.text("filters"), FILTERS);
    // Before 1.41 a name could be asked for by a parameter of its own.
    Optional<String> name =
        exchange.version().isAtLeast(41) ? Optional.empty() : query.text("filter");
    List<Container> containers =
        exchange.version().isAtLeast(51) ? engine.containers().list() : List.of();
    boolean withShared = exchange.version().isAtLeast(42) && query.flag("shared-size");
    Map<String, Long> shared = withShared ? engine.images().sharedBytes() : Map.of();
    exchange.respond(
        200,
        engine.images().list().stream()
            .filter(image -> isWanted(image, filters))
            .filter(image -> name.map(pattern -> hasReference(image, pattern)).orElse(true))
            .sorted(Comparator.comparing(Image::createdAt).reversed())
            .map(image -> summary(image, exchange.version(), containers, shared))
            .toList());
  }

  private boolean isWanted(Image image, Filters filters) {
    return filters.flag("dangling").map(wanted -> wanted == image.tags().isEmpty()).orElse(true)
        && filters.allowsLabels(image.config().labels())
        && filters.allows("reference", pattern -> hasReference(image, pattern))
        && filters.allows("before", name -> image.createdAt().isBefore(find(name).createdAt()))
        && filters.allows("since", name -> image.createdAt().isAfter(find(name).createdAt()));
  }

  private Image find(String name) {
    return engine.images().find(name);
  }

  /** A pattern of the shell's for the whole reference, or for its name without the tag. */
  private static boolean hasReference(Image image, String pattern) {
    try {
      var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      return image.tags().stream()
          .anyMatch(
              tag ->
                  matcher.matches(Path.of(tag))
                      || matcher.matches(Path.of(tag.substring(0, tag.lastIndexOf(':')))));
    } catch (IllegalArgumentException e) {
      throw new InvalidRequest(
          "invalid filter 'reference=%s': %s".formatted(pattern, e.getMessage()), e);
    }
  }

  private static Summary summary(
      Image image, ApiVersion version, List<Container> containers, Map<String, Long> shared) {
    boolean isNamelessOld = image.tags().isEmpty() && !version.isAtLeast(43);
    return new Summary(
        image.id(),
        "",
        isNamelessOld ? List.of("<none>:<none>") : image.tags(),
        isNamelessOld ? List.of("<none>@<none>") : List.of(),
        image.createdAt().getEpochSecond(),
        image.sizeBytes(),
        shared.getOrDefault(image.id(), -1L),
        version.isAtLeast(44) ? Optional.empty() : Optional.of(image.sizeBytes()),
        image.config().labels(),
        version.isAtLeast(51)
            ? containers.stream().filter(each -> each.imageId().equals(image.id())).count()
            : -1);
  }

  /** {@code GET /images/{name}/json}. */
  void inspect(Exchange exchange) {
    String name = exchange.parameter("image");
    Image image = find(name);
    if (exchange.version().isAtLeast(49)
        && exchange.query().flag("manifests")
        && exchange.query().text("platform").isPresent()) {
      throw new InvalidRequest(
          "conflicting options: manifests and platform options cannot both be set");
    }
    ImagePlatform.check(exchange, 49, "platform", name, image);
    exchange.respond(200, ImageJson.of(image, storageDriver, exchange.version()));
  }

  private record Step(
      String id,
      long created,
      String createdBy,
      @Nullable List<String> tags,
      long size,
      String comment) {}

  /** {@code GET /images/{name}/history}: newest step first; only that one is an image here. */
  void history(Exchange exchange) {
    String name = exchange.parameter("image");
    Image image = find(name);
    ImagePlatform.check(exchange, 48, "platform", name, image);
    List<HistoryStep> steps = engine.images().history(image.id()).reversed();
    var answer = new ArrayList<Step>();
    for (HistoryStep step : steps) {
      boolean isNewest = answer.isEmpty();
      answer.add(
          new Step(
              isNewest ? image.id() : "<missing>",
              step.createdAt().getEpochSecond(),
              step.createdBy(),
              isNewest && !image.tags().isEmpty() ? image.tags() : null,
              step.sizeBytes(),
              step.comment()));
    }
    exchange.respond(200, answer);
  }

  /** {@code POST /images/{name}/tag}. */
  void tag(Exchange exchange) {
    Query query = exchange.query();
    String name = query.text("repo").orElse("");
    engine
        .images()
        .tag(exchange.parameter("image"), query.text("tag").map(t -> name + ":" + t).orElse(name));
    exchange.respond(201);
  }

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  private record Removed(Optional<String> untagged, Optional<String> deleted) {}

  private static Removed removed(Images.Removed step) {
    return new Removed(step.untagged(), step.deleted());
  }

  /** {@code DELETE /images/{name}}. There are no parents for {@code noprune} to spare. */
  void remove(Exchange exchange) {
    String name = exchange.parameter("image");
    ImagePlatform.check(exchange, 50, "platforms", name, find(name));
    exchange.respond(
        200,
        engine.removeImage(name, exchange.query().flag("force")).stream()
            .map(ImagesApi::removed)
            .toList());
  }

  private record Pruned(@Nullable List<Removed> imagesDeleted, long spaceReclaimed) {}

  /** {@code POST /images/prune}: those without a tag, or with {@code dangling=false} all unused. */
  void prune(Exchange exchange) {
    var filters = Filters.parse(exchange.query().text("filters"), PRUNE_FILTERS);
    boolean isDanglingOnly = filters.flag("dangling").orElse(true);
    Optional<Instant> until = PruneTime.until(filters);
    Images.Pruned pruned =
        engine.pruneImages(
            image ->
                (image.tags().isEmpty() || !isDanglingOnly)
                    && until.map(image.createdAt()::isBefore).orElse(true)
                    && filters.allowsLabels(image.config().labels()));
    List<Removed> removed = pruned.removed().stream().map(ImagesApi::removed).toList();
    exchange.respond(200, new Pruned(removed.isEmpty() ? null : removed, pruned.reclaimedBytes()));
  }
}
