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

  /** The folder whose files of the network it has: who joins another's has that one's. */
  ContainerFolder sharedFolder(String containerId, Kept kept) {
    return kept.joined()
        .flatMap(target -> store.read(records -> References.find(records, target)))
        .map(row -> folder(row.id()))
        .orElseGet(() -> folder(containerId));
  }
}
