package io.fairlead.engine;

import io.fairlead.runtime.Usage;
import io.fairlead.store.ContainerRow;
import java.util.Map;
import java.util.Optional;

/** What containers use of the machine. */
public final class Statistics {
  private final Rooms rooms;

  Statistics(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * One look at a container.
   *
   * @param usage empty: it does not run
   * @param traffic by interface; none where it has no network of its own
   */
  public record Sample(
      String id, String name, Optional<Usage> usage, Map<String, Traffic> traffic) {}

  /**
   * @throws io.fairlead.NotFound {@code No such container: x}
   */
  public Sample of(String reference) {
    ContainerRow row = References.resolve(rooms.store(), reference);
    if (!Lives.hasProcess(row.state()) || row.pid() == 0) {
      return new Sample(row.id(), row.name(), Optional.empty(), Map.of());
    }
    return new Sample(
        row.id(),
        row.name(),
        Optional.of(rooms.runtime().controls().usage(row.id())),
        Kept.of(row).isInHostMode() ? Map.of() : Traffic.of(row.pid()));
  }
}
