package io.fairlead.engine;

import io.fairlead.store.ContainerRow;
import io.fairlead.store.NetworkRow;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells what happens to containers, images and networks, with the attributes that Docker gives.
 * Whoever changes something calls this once the change is recorded, and while the container's lock
 * is held: so the events of one container come in the order in which they happened.
 */
final class Events {
  private final EventLog log;

  Events(EventLog log) {
    this.log = log;
  }

  void container(ContainerRow row, String action) {
    container(row, action, Map.of());
  }

  /**
   * @param facts of this event alone: {@code signal}, {@code exitCode}, {@code execID}, ...
   */
  void container(ContainerRow row, String action, Map<String, String> facts) {
    var spec = Kept.of(row).spec();
    var attributes = new LinkedHashMap<>(spec.labels());
    attributes.put("image", spec.image());
    attributes.put("name", row.name());
    attributes.putAll(facts);
    log.tell(Event.Type.CONTAINER, action, row.id(), attributes);
  }

  /**
   * @param name the tag that it is about, else the id
   */
  void image(String id, String action, String name, Map<String, String> labels) {
    var attributes = new LinkedHashMap<>(labels);
    attributes.put("name", name);
    log.tell(Event.Type.IMAGE, action, id, attributes);
  }

  void network(NetworkRow network, String action, Map<String, String> facts) {
    var attributes = new LinkedHashMap<>(facts);
    attributes.put("name", network.name());
    attributes.put("type", network.driver());
    log.tell(Event.Type.NETWORK, action, network.id(), attributes);
  }

  /** After all unused objects of a kind were removed. */
  void pruned(Event.Type type, long reclaimedBytes) {
    log.tell(type, "prune", "", Map.of("reclaimed", Long.toString(reclaimedBytes)));
  }
}
