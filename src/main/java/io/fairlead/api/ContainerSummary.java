package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fairlead.engine.Container;
import io.fairlead.image.Image;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A container in {@code GET /containers/json}. */
record ContainerSummary(
    String id,
    List<String> names,
    String image,
    @JsonProperty("ImageID") String imageId,
    String command,
    long created,
    List<PortSummary> ports,
    Map<String, String> labels,
    String state,
    String status,
    Host hostConfig,
    Networks networkSettings,
    List<MountJson> mounts,
    @JsonUnwrapped ContainerSize size) {

  record Host(String networkMode) {}

  record Networks(Map<String, EndpointJson> networks) {}

  static ContainerSummary of(
      Container container, List<Image> images, Instant now, ContainerSize size) {
    return new ContainerSummary(
        container.id(),
        List.of("/" + container.name()),
        imageName(container, images),
        container.imageId(),
        String.join(" ", container.arguments()),
        container.createdAt().getEpochSecond(),
        PortSummary.of(container.network().ports()),
        container.spec().labels(),
        ContainerStatus.word(container),
        ContainerStatus.sentence(container, now),
        new Host(container.spec().networkMode()),
        new Networks(EndpointJson.of(container)),
        MountJson.of(container),
        size);
  }

  /** The name it was made by, unless that names another image by now. */
  private static String imageName(Container container, List<Image> images) {
    String name = container.spec().image();
    String tag = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : name + ":latest";
    boolean isMoved =
        images.stream()
            .anyMatch(
                image -> image.tags().contains(tag) && !image.id().equals(container.imageId()));
    return isMoved ? container.imageId() : name;
  }
}
