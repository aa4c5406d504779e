package io.fairlead.network;

import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.Records;
import java.util.List;
import java.util.Optional;

/** Finds networks by what people write: a name, an id, or the beginning of one. */
final class Lookup {
  private Lookup() {}

  /**
   * @throws NotFound {@code network x not found}
   */
  static NetworkRow network(String reference, Records records) {
    List<NetworkRow> all = records.networks();
    Optional<NetworkRow> exact =
        all.stream()
            .filter(row -> row.name().equals(reference) || row.id().equals(reference))
            .findFirst();
    if (exact.isPresent()) {
      return exact.get();
    }
    List<NetworkRow> begun =
        reference.isEmpty()
            ? List.of()
            : all.stream().filter(row -> row.id().startsWith(reference)).toList();
    if (begun.size() > 1) {
      throw new InvalidRequest(
          "network %s is ambiguous (%d matches found based on ID prefix)"
              .formatted(reference, begun.size()));
    }
    return begun.stream()
        .findFirst()
        .orElseThrow(() -> new NotFound("network %s not found".formatted(reference)));
  }
}
