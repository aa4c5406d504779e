package io.fairlead.engine;

import io.fairlead.image.Images;
import io.fairlead.image.Roots;
import io.fairlead.network.Networks;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.store.Store;
import java.nio.file.Path;

/** The rooms below that the engine is made of, open; and where what happens in them is told. */
record Rooms(
    Path dataRoot,
    Store store,
    Images images,
    Roots roots,
    OciRuntime runtime,
    Networks networks,
    Events events) {

  ContainerFolder folder(String containerId) {
    return ContainerFolder.of(dataRoot, containerId);
  }
}
