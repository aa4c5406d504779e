package io.fairlead.network;

import io.fairlead.network.address.Addresses;
import io.fairlead.network.explain.Residents;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.Records;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which containers are where, read from the records in one view of them. */
final class Inhabitants {
  private final Records records;
  private final Marks marks;

  Inhabitants(Records records, Marks marks) {
    this.records = records;
    this.marks = marks;
  }

  /**
   * @param containerIds whose neighbours in a sandbox are told too; empty: all that run
   */
  Residents residents(List<String> containerIds) {
    List<ContainerRow> all =
        records.containers().stream().sorted(Comparator.comparing(ContainerRow::name)).toList();
    List<ContainerRow> meant =
        all.stream()
            .filter(row -> containerIds.isEmpty() || containerIds.contains(row.id()))
            .toList();
    List<ContainerRow> active = meant.stream().filter(Wants::isActive).toList();
    return new Residents(
        containerIds.isEmpty(),
        active.stream()
            .filter(row -> row.sandboxId() == null)
            .map(row -> resident(row, Optional.empty()))
            .toList(),
        active.stream()
            .flatMap(row -> Optional.ofNullable(row.sandboxId()).stream())
            .distinct()
            .map(id -> sandbox(id, all))
            .toList(),
        containerIds.isEmpty()
            ? List.of()
            : meant.stream()
                .filter(row -> !Wants.isActive(row))
                .map(row -> resident(row, Optional.empty()))
                .toList(),
        networks());
  }

  private Residents.Sandbox sandbox(String id, List<ContainerRow> all) {
    Optional<String> owner = records.sandbox(id).flatMap(row -> Optional.ofNullable(row.ownerId()));
    List<InetAddress> leases =
        records.endpointsOfSandbox(id).stream()
            .flatMap(row -> row.leases().stream())
            .map(Addresses::parse)
            .toList();
    return new Residents.Sandbox(
        id,
        marks.pin(new Place.Sandbox(id)),
        leases,
        all.stream()
            .filter(row -> id.equals(row.sandboxId()) && Wants.isActive(row))
            .map(row -> resident(row, owner))
            .sorted(Comparator.comparing((Residents.Container each) -> !each.isOwner()))
            .toList());
  }

  private static Residents.Container resident(ContainerRow row, Optional<String> owner) {
    return new Residents.Container(
        row.id(),
        row.name(),
        row.state().name().toLowerCase(Locale.ROOT),
        owner.equals(Optional.of(row.id())));
  }

  private Map<String, String> networks() {
    return records.networks().stream()
        .filter(row -> !row.link().isEmpty())
        .collect(
            Collectors.toMap(
                NetworkRow::link, NetworkRow::name, (first, _) -> first, LinkedHashMap::new));
  }
}
