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

  private final Store store;
  private final Leases leases;
  private final QueuedPorts ports;

  Allocator(Store store, Leases leases, QueuedPorts ports) {
    this.store = store;
    this.leases = leases;
    this.ports = ports;
  }

  Networks.Allocation allocate(String containerId, NetworkRequest request) {
    return switch (NetworkMode.parse(request.mode())) {
      case NetworkMode.Host _ -> new Joined(null);
      case NetworkMode.OfContainer(String id) ->
          new Joined(store.read(records -> sandboxOf(id, records)));
      case NetworkMode.None _ -> own(containerId, Optional.empty(), request);
      case NetworkMode.On(String name) ->
          own(
              containerId,
              Optional.of(store.read(records -> Lookup.network(name, records))),
              request);
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
        sandboxId != null
            && records.containersInSandbox(sandboxId).stream().anyMatch(Wants::isActive);
    if (!lives) {
      throw new Conflict(
          "cannot join network namespace of a non running container: container %s is %s"
              .formatted(target.name(), target.state().name().toLowerCase(Locale.ROOT)));
    }
    return sandboxId;
  }

  private Networks.Allocation own(
      String containerId, Optional<NetworkRow> network, NetworkRequest request) {
    SandboxRow sandbox =
        store
            .read(records -> records.sandboxOwnedBy(containerId))
            .orElseGet(() -> new SandboxRow(hex(16), containerId));
    if (network.isEmpty()) {
      return new Owned(sandbox, null, List.of(), ports.none(containerId));
    }
    Optional<EndpointRow> before =
        store.read(records -> records.endpointsOfSandbox(sandbox.id())).stream()
            .filter(row -> row.networkId().equals(network.get().id()))
            .findFirst();
    var held = new ArrayList<HeldAddress>();
    try {
      EndpointRow endpoint = before.orElseGet(() -> endpoint(sandbox.id(), network.get(), held));
      return new Owned(sandbox, endpoint, held, ports.bind(containerId, request, endpoint));
    } catch (RuntimeException e) {
      held.forEach(HeldAddress::close);
      throw e;
    }
  }

  private EndpointRow endpoint(String sandboxId, NetworkRow network, List<HeldAddress> held) {
    boolean has4 = false;
    boolean has6 = false;
    for (NetworkRow.SubnetRow row : network.subnets()) {
      Subnet subnet = Subnet.parse(row.subnet());
      has4 |= !subnet.isV6();
      has6 |= subnet.isV6();
      held.add(
          leases.next(
              new AddressPool(
                  network.id(), network.name(), subnet, Set.of(Addresses.parse(row.gateway())))));
    }
    return new EndpointRow(
        hex(32),
        sandboxId,
        network.id(),
        "eth0",
        "veth" + hex(4),
        MacAddress.random(RANDOM).toString(),
        held.stream().map(address -> Addresses.text(address.address())).toList(),
        has4,
        has6);
  }

  /** The sandbox that a container owns, with what was chosen for it. */
  private record Owned(
      SandboxRow sandbox,
      @Nullable EndpointRow endpoint,
      List<HeldAddress> held,
      QueuedPorts.Bound ports)
      implements Networks.Allocation {

    @Override
    public void record(Records records) {
      records.put(sandbox);
      if (endpoint != null) {
        records.put(endpoint);
      }
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
      ports.close();
    }
  }

  static String hex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
