package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes all containers that do not run. */
final class ContainerPruning {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerPruning.class);

  private final Rooms rooms;
  private final Containers containers;

  ContainerPruning(Rooms rooms, Containers containers) {
    this.rooms = rooms;
    this.containers = containers;
  }

  Engine.PrunedContainers prune(Predicate<Container> wanted) {
    var ids = new ArrayList<String>();
    long bytes = 0;
    for (Container container : containers.list()) {
      if (!Lives.isLive(container.state()) && wanted.test(container)) {
        long written = rooms.roots().writtenBytes(container.id());
        if (isRemoved(container.id())) {
          ids.add(container.id());
          bytes += written;
        }
      }
    }
    rooms.events().pruned(Event.Type.CONTAINER, bytes);
    return new Engine.PrunedContainers(List.copyOf(ids), bytes);
  }

  /** One that was started or removed meanwhile is left to whoever did so. */
  private boolean isRemoved(String id) {
    try {
      containers.remove(id, false);
      return true;
    } catch (Conflict | NotFound e) {
      LOG.debug("not pruned: {}", e.getMessage());
      return false;
    }
  }
}
