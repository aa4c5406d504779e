package io.fairlead.engine;

import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.time.Instant;

/** Records for tests. */
final class Rows {
  static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");

  private Rows() {}

  static ContainerRow of(String id, String name, ContainerState state) {
    boolean ran = state == ContainerState.RUNNING || state == ContainerState.STOPPING;
    return new ContainerRow(
        id,
        name,
        "sha256:" + "0".repeat(64),
        "{}",
        state,
        null,
        ran ? 10 : 0,
        ran ? 11 : 0,
        0,
        false,
        "",
        THEN,
        ran ? THEN : null,
        null);
  }
}
