package io.fairlead.network;

import io.fairlead.Conflict;
import io.fairlead.NotFound;
import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.address.AddressPool;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.HeldAddress;
import io.fairlead.network.address.Leases;
import io.fairlead.network.address.Subnet;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.EndpointRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.Records;
import io.fairlead.store.SandboxRow;
import io.fairlead.store.Store;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a start needs and holds it: the sandbox, its endpoint, addresses, a MAC, host ports.
 * Changes neither records nor kernel.
 */
final class Allocator {
  private static final RandomGenerator RANDOM = new SecureRandom();

  /** What the firewall knows host ends by; others' names begin otherwise. */
  private static final String HOST_END = "vethfl";

  private final Store store;
  private final Leases leases;
  private final QueuedPorts ports;
  private final NetworkWriter writer;

  Allocator(Store store, Leases leases, QueuedPorts ports, NetworkWriter writer) {
    this.store = store;
    this.leases = leases;
    this.ports = ports;
    this.writer = writer;
  }

  Networks.Allocation allocate(String containerId, NetworkRequest request) {
    return switch (NetworkMode.parse(request.mode())) {
      case NetworkMode.Host _ -> new Joined(null);
      case NetworkMode.OfContainer(String id) ->
          new Joined(store.read(records -> sandboxOf(id, records)));
      case NetworkMode.None _ -> own(containerId, Optional.empty(), request);
      case NetworkMode.On(String name) -> own(containerId, Optional.of(name), request);
    };
  }

  /** An existing sandbox, or the host's namespace: nothing is decided. */
  private record Joined(@Nullable String sandboxId) implements Networks.Allocation {
    @Override
    public void record(Records records) {}

    @Override
    public void committed() {}

    @Override
    public List<Integer> inheritedFds() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  private static @Nullable String sandboxOf(String id, Records records) {
    ContainerRow target =
        records.container(id).orElseThrow(() -> new NotFound("No such container: " + id));
    String sandboxId = target.sandboxId();
    if (sandboxId == null && Wants.isActive(target)) {
      return null;
    }
    boolean lives =
        sandboxId != null && records.membersOf(sandboxId).stream().anyMatch(Wants::isActive);
    if (!lives) {
      throw new Conflict(
          "cannot join network namespace of a non running container: container %s is %s"
              .formatted(target.name(), target.state().name().toLowerCase(Locale.ROOT)));
    }
    return sandboxId;
  }

  /** What the records know of a container's own sandbox before its start. */
  private record Before(
      SandboxRow sandbox,
      boolean lives,
      Optional<NetworkRow> network,
      Optional<EndpointRow> endpoint) {

    static Before of(String containerId, Optional<String> networkName, Records records) {
      Optional<NetworkRow> network = networkName.map(name -> Lookup.network(name, records));
      Optional<SandboxRow> owned = records.sandboxOwnedBy(containerId);
      if (owned.isEmpty()) {
        var made = new SandboxRow(hex(16), containerId);
        return new Before(made, false, network, Optional.empty());
      }
      String id = owned.get().id();
      return new Before(
          owned.get(),
          records.membersOf(id).stream().anyMatch(Wants::isActive),
          network,
          network.flatMap(
              row ->
                  records.endpointsOfSandbox(id).stream()
                      .filter(endpoint -> endpoint.networkId().equals(row.id()))
                      .findFirst()));
    }
  }

  private Networks.Allocation own(
      String containerId, Optional<String> networkName, NetworkRequest request) {
    Before before = store.read(records -> Before.of(containerId, networkName, records));
    SandboxRow sandbox = before.sandbox();
    Optional<EndpointRow> draft =
        before.endpoint().or(() -> before.network().map(on -> endpoint(sandbox.id(), on)));
    if (!before.lives()) {
      // Made while the rest is decided and recorded.
      writer.prepare(sandbox.id(), draft, before.network());
    }
    var held = new ArrayList<HeldAddress>();
    try {
      if (before.endpoint().isEmpty()) {
        before.network().ifPresent(network -> lease(network, held));
      }
      Optional<EndpointRow> endpoint =
          held.isEmpty() ? draft : draft.map(row -> row.withLeases(texts(held)));
      return new Owned(
          writer,
          sandbox,
          endpoint,
          held,
          endpoint
              .map(row -> ports.bind(containerId, request, row))
              .orElseGet(() -> ports.none(containerId)));
    } catch (RuntimeException e) {
      held.forEach(HeldAddress::close);
      writer.drop(sandbox.id());
      throw e;
    }
  }

  private static List<String> texts(List<HeldAddress> held) {
    return held.stream().map(address -> Addresses.text(address.address())).toList();
  }

  private void lease(NetworkRow network, List<HeldAddress> held) {
    for (NetworkRow.SubnetRow row : network.subnets()) {
      held.add(
          leases.next(
              new AddressPool(
                  network.id(),
                  network.name(),
                  Subnet.parse(row.subnet()),
                  Set.of(Addresses.parse(row.gateway())))));
    }
  }

  /** A new one, its addresses not chosen yet. */
  private static EndpointRow endpoint(String sandboxId, NetworkRow network) {
    List<Boolean> families =
        network.subnets().stream().map(row -> Subnet.parse(row.subnet()).isV6()).toList();
    return new EndpointRow(
        hex(32),
        sandboxId,
        network.id(),
        "eth0",
        HOST_END + hex(4),
        MacAddress.random(RANDOM).toString(),
        List.of(),
        families.contains(false),
        families.contains(true));
  }

  /** The sandbox that a container owns, with what was chosen for it. */
  private record Owned(
      NetworkWriter writer,
      SandboxRow sandbox,
      Optional<EndpointRow> endpoint,
      List<HeldAddress> held,
      QueuedPorts.Bound ports)
      implements Networks.Allocation {

    @Override
    public void record(Records records) {
      records.put(sandbox);
      endpoint.ifPresent(records::put);
      held.forEach(address -> address.record(records));
      records.setPorts(ports.containerId(), ports.rows());
      ports.recorded();
    }

    @Override
    public void committed() {
      ports.committed();
    }

    @Override
    public String sandboxId() {
      return sandbox.id();
    }

    @Override
    public List<Integer> inheritedFds() {
      return ports.inheritedFds();
    }

    @Override
    public void close() {
      held.forEach(HeldAddress::close);
      if (ports.close()) {
        writer.drop(sandbox.id());
      }
    }
  }

  static String hex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
