package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fairlead.engine.Container;
import io.fairlead.engine.Engine;
import io.fairlead.image.Image;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How large a container's root is; only where a client asks, for every file is looked at. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ContainerSize(@Nullable Long sizeRw, @Nullable Long sizeRootFs) {
  static final ContainerSize NOT_ASKED = new ContainerSize(null, null);

  static ContainerSize of(Container container, List<Image> images, Engine engine) {
    long written = engine.containers().writtenBytes(container.id());
    long below =
        images.stream()
            .filter(image -> image.id().equals(container.imageId()))
            .mapToLong(Image::sizeBytes)
            .findFirst()
            .orElse(0);
    return new ContainerSize(written, below + written);
  }
}
