package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.engine.Container;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineInfo;
import io.fairlead.image.Image;
import io.fairlead.image.Images;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Images: import, load, list, inspect, remove. */
final class ImagesApi {
  private static final Set<String> FILTERS =
      Set.of("reference", "dangling", "label", "before", "since");
  private static final String JSON = "application/json";

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
    List<Container> containers =
        exchange.version().isAtLeast(51) ? engine.containers().list() : List.of();
    exchange.respond(
        200,
        engine.images().list().stream()
            .filter(image -> isWanted(image, filters))
            .sorted(Comparator.comparing(Image::createdAt).reversed())
            .map(image -> summary(image, exchange.version(), containers))
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

  private static Summary summary(Image image, ApiVersion version, List<Container> containers) {
    boolean isNamelessOld = image.tags().isEmpty() && !version.isAtLeast(43);
    return new Summary(
        image.id(),
        "",
        isNamelessOld ? List.of("<none>:<none>") : image.tags(),
        isNamelessOld ? List.of("<none>@<none>") : List.of(),
        image.createdAt().getEpochSecond(),
        image.sizeBytes(),
        -1,
        version.isAtLeast(44) ? Optional.empty() : Optional.of(image.sizeBytes()),
        image.config().labels(),
        version.isAtLeast(51)
            ? containers.stream().filter(each -> each.imageId().equals(image.id())).count()
            : -1);
  }

  /** {@code GET /images/{name}/json}. */
  void inspect(Exchange exchange) {
    exchange.respond(
        200, ImageJson.of(find(exchange.parameter("image")), storageDriver, exchange.version()));
  }

  private record Step(
      String id, long created, String createdBy, List<String> tags, long size, String comment) {}

  /** {@code GET /images/{name}/history}. How an image was made is not kept: it is one step. */
  void history(Exchange exchange) {
    Image image = find(exchange.parameter("image"));
    exchange.respond(
        200,
        List.of(
            new Step(
                image.id(),
                image.createdAt().getEpochSecond(),
                "",
                image.tags(),
                image.sizeBytes(),
                image.comment())));
  }

  private record Progress(@JsonProperty("status") String status) {}

  private record Line(@JsonProperty("stream") String stream) {}

  /** {@code POST /images/create}: an import of the body, or a pull. */
  void create(Exchange exchange) throws IOException {
    Query query = exchange.query();
    Optional<String> image = query.text("fromImage");
    if (image.isPresent()) {
      pull(exchange, image.get(), query.text("tag"));
      return;
    }
    String source = query.text("fromSrc").orElse("");
    if (!source.equals("-")) {
      throw new NotBuilt(
          "not built in this version: importing from a URL (%s); send the tar itself (-)"
              .formatted(source));
    }
    Image made =
        engine
            .images()
            .importRoot(
                exchange.body(),
                query.text("repo").map(repo -> withTag(repo, query.text("tag"))),
                query.text("message").orElse(""),
                query.all("changes"));
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      answer.json(new Progress(made.id()));
    }
  }

  private static String withTag(String name, Optional<String> tag) {
    return tag.map(each -> name + (each.startsWith("sha256:") ? "@" : ":") + each).orElse(name);
  }

  /** The image that is built in can be had; all others would have to be fetched. */
  private void pull(Exchange exchange, String name, Optional<String> tag) throws IOException {
    String reference = withTag(name.replaceFirst("^docker\\.io/(library/)?", ""), tag);
    String full =
        reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : reference + ":latest";
    if (!full.equals(Images.HELLO)) {
      throw new NotBuilt(
          "No such image: %s, and pulling is not built in this version; import it (docker import)"
                  .formatted(full)
              + " or load it (docker load)");
    }
    Image hello = engine.images().hello();
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      answer.json(new Progress("Built in: " + hello.id()));
      answer.json(new Progress("Status: Image is up to date for " + Images.HELLO));
    }
  }

  /** {@code POST /images/load}. */
  void load(Exchange exchange) throws IOException {
    List<Image> loaded = engine.images().load(exchange.body());
    try (ResponseStream answer = exchange.stream(200, JSON)) {
      for (Image image : loaded) {
        if (image.tags().isEmpty()) {
          answer.json(new Line("Loaded image ID: " + image.id() + "\n"));
        }
        for (String tag : image.tags()) {
          answer.json(new Line("Loaded image: " + tag + "\n"));
        }
      }
    }
  }

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  private record Removed(Optional<String> untagged, Optional<String> deleted) {}

  /** {@code DELETE /images/{name}}. */
  void remove(Exchange exchange) {
    Map<String, List<Images.User>> users =
        engine.containers().list().stream()
            .collect(
                Collectors.groupingBy(
                    Container::imageId,
                    Collectors.mapping(
                        each -> new Images.User(each.id(), ContainerStatus.isRunning(each)),
                        Collectors.toList())));
    exchange.respond(
        200,
        engine
            .images()
            .remove(exchange.parameter("image"), exchange.query().flag("force"), users)
            .stream()
            .map(step -> new Removed(step.untagged(), step.deleted()))
            .toList());
  }
}
