package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the container that a reference means: its whole id, its name, or a prefix of its id. */
final class References {
  private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-f]{1,64}");

  private References() {}

  /**
   * @throws NotFound in Docker's words
   * @throws InvalidRequest if a prefix fits several
   */
  static ContainerRow resolve(Records records, String reference) {
    return find(records, reference)
        .orElseThrow(() -> new NotFound("No such container: " + reference));
  }

  /** As {@link #resolve(Records, String)}, in a view of the records of its own. */
  static ContainerRow resolve(Store store, String reference) {
    return store.read(records -> resolve(records, reference));
  }

  /**
   * The row of one that was resolved, as it is now that its lock is held.
   *
   * @throws NotFound if it was removed meanwhile
   */
  static ContainerRow reread(Store store, String id, String reference) {
    return store
        .read(records -> records.container(id))
        .orElseThrow(() -> new NotFound("No such container: " + reference));
  }

  /**
   * @throws InvalidRequest if a prefix fits several
   */
  static Optional<ContainerRow> find(Records records, String reference) {
    String name = reference.startsWith("/") ? reference.substring(1) : reference;
    if (name.isEmpty()) {
      throw new InvalidRequest("a container's name or id is needed");
    }
    return byId(records, name)
        .or(() -> records.containerByName(name))
        .or(() -> byPrefix(records, name));
  }

  private static Optional<ContainerRow> byId(Records records, String id) {
    return id.length() == 64 ? records.container(id) : Optional.empty();
  }

  private static Optional<ContainerRow> byPrefix(Records records, String prefix) {
    if (!ID_PREFIX.matcher(prefix).matches()) {
      return Optional.empty();
    }
    var found = records.containersByIdPrefix(prefix);
    if (found.size() > 1) {
      throw new InvalidRequest("multiple IDs found with provided prefix: " + prefix);
    }
    return found.stream().findFirst();
  }
}
