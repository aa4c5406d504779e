package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fairlead.image.Image;
import io.fairlead.image.ImageConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An image in {@code GET /images/{name}/json}. */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ImageJson(
    String id,
    List<String> repoTags,
    List<String> repoDigests,
    String parent,
    String comment,
    String created,
    String dockerVersion,
    String author,
    Config config,
    String architecture,
    String os,
    long size,
    Optional<Long> virtualSize,
    Driver graphDriver,
    @JsonProperty("RootFS") Layers rootFs,
    Metadata metadata) {

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Config(
      String user,
      Optional<Map<String, Map<String, String>>> exposedPorts,
      List<String> env,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable List<String> cmd,
      Optional<Map<String, Map<String, String>>> volumes,
      String workingDir,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable List<String> entrypoint,
      Map<String, String> labels,
      Optional<String> stopSignal,
      @JsonUnwrapped @Nullable OfContainers ofContainers) {}

  /** Fields of a container's configuration that no image ever sets; dropped in version 1.50. */
  record OfContainers(
      String hostname,
      String domainname,
      boolean attachStdin,
      boolean attachStdout,
      boolean attachStderr,
      boolean tty,
      boolean openStdin,
      boolean stdinOnce,
      String image) {
    static final OfContainers UNSET =
        new OfContainers("", "", false, false, false, false, false, false, "");
  }

  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Driver(String name, @Nullable Map<String, String> data) {}

  record Layers(String type, List<String> layers) {}

  record Metadata(String lastTagTime) {}

  static ImageJson of(Image image, String driver, ApiVersion version) {
    return new ImageJson(
        image.id(),
        image.tags(),
        List.of(),
        "",
        image.comment(),
        Json.time(image.createdAt()),
        "",
        image.author(),
        config(image.config(), version),
        Platforms.canonical(image.architecture()),
        image.os(),
        image.sizeBytes(),
        version.isAtLeast(44) ? Optional.empty() : Optional.of(image.sizeBytes()),
        new Driver(driver, null),
        new Layers("layers", image.layers()),
        new Metadata(Json.time(image.taggedAt())));
  }

  private static Config config(ImageConfig config, ApiVersion version) {
    return new Config(
        config.user(),
        set(config.exposedPorts()),
        config.environment(),
        orNull(config.command()),
        set(config.volumes()),
        config.workingDirectory(),
        orNull(config.entrypoint()),
        config.labels(),
        Optional.of(config.stopSignal()).filter(signal -> !signal.isEmpty()),
        version.isAtLeast(50) ? null : OfContainers.UNSET);
  }

  /** A set as Go writes it: an object of empty objects. */
  private static Optional<Map<String, Map<String, String>>> set(Iterable<String> names) {
    Map<String, Map<String, String>> set = new TreeMap<>();
    names.forEach(name -> set.put(name, Map.of()));
    return set.isEmpty() ? Optional.empty() : Optional.of(set);
  }

  private static @Nullable List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }
}
