package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.time.Instant;
import java.util.Optional;

/** The {@code until} of a pruning: only what was made before it goes. */
final class PruneTime {
  private PruneTime() {}

  static Optional<Instant> until(Filters filters) {
    var values = filters.of("until");
    if (values.size() > 1) {
      throw new InvalidRequest("more than one until filter specified");
    }
    return values.stream().findFirst().flatMap(text -> Query.time("until", text, Instant.now()));
  }
}
