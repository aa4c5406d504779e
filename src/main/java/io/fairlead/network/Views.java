package io.fairlead.network;

import io.fairlead.network.NetworkSettings.EndpointSettings;
import io.fairlead.network.NetworkSettings.HostPort;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.Subnet;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.EndpointRow;
import io.fairlead.store.NetworkRow;
import io.fairlead.store.NetworkRow.SubnetRow;
import io.fairlead.store.PublishedPortRow;
import io.fairlead.store.Records;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What inspect shows, read from the records in one view of them. */
final class Views {
  private final Records records;
  private final Marks marks;

  Views(Records records, Marks marks) {
    this.records = records;
    this.marks = marks;
  }

  List<NetworkView> networks() {
    return records.networks().stream().map(this::network).toList();
  }

  NetworkView network(NetworkRow network) {
    var members = new LinkedHashMap<String, NetworkView.Member>();
    for (EndpointRow endpoint : records.endpointsOfNetwork(network.id())) {
      records
          .sandbox(endpoint.sandboxId())
          .flatMap(sandbox -> Optional.ofNullable(sandbox.ownerId()))
          .flatMap(records::container)
          .filter(Wants::isActive)
          .ifPresent(
              owner ->
                  members.put(
                      owner.id(),
                      new NetworkView.Member(
                          owner.name(),
                          endpoint.id(),
                          endpoint.mac(),
                          withPrefix(endpoint, network))));
    }
    return new NetworkView(network, members);
  }

  private static List<String> withPrefix(EndpointRow endpoint, NetworkRow network) {
    var texts = new ArrayList<String>();
    for (SubnetRow row : network.subnets()) {
      Subnet subnet = Subnet.parse(row.subnet());
      lease(endpoint, subnet).ifPresent(text -> texts.add(text + "/" + subnet.prefixLength()));
    }
    return texts;
  }

  NetworkSettings settings(ContainerRow container, NetworkRequest request) {
    boolean isActive = Wants.isActive(container);
    String sandboxId = Objects.requireNonNullElse(container.sandboxId(), "");
    boolean hasSandbox = isActive && !sandboxId.isEmpty();
    String key = hasSandbox ? marks.pin(new Place.Sandbox(sandboxId)).toString() : "";
    String shownId = hasSandbox ? sandboxId : "";
    return switch (NetworkMode.parse(request.mode())) {
      case NetworkMode.OfContainer _ -> new NetworkSettings(shownId, key, Map.of(), Map.of());
      case NetworkMode.Host _ -> new NetworkSettings(shownId, key, Map.of(), fixed("host"));
      case NetworkMode.None _ -> new NetworkSettings(shownId, key, Map.of(), fixed("none"));
      case NetworkMode.On(String name) ->
          new NetworkSettings(
              shownId,
              key,
              isActive ? ports(container.id(), request) : Map.of(),
              endpoints(container, name, isActive));
    };
  }

  private Map<String, EndpointSettings> fixed(String name) {
    return records
        .networkByName(name)
        .map(row -> Map.of(name, unattached(row.id())))
        .orElse(Map.of());
  }

  private Map<String, EndpointSettings> endpoints(
      ContainerRow container, String mode, boolean isActive) {
    var settings = new TreeMap<String, EndpointSettings>();
    records
        .sandboxOwnedBy(container.id())
        .filter(_ -> isActive)
        .ifPresent(
            sandbox ->
                records
                    .endpointsOfSandbox(sandbox.id())
                    .forEach(
                        endpoint ->
                            records
                                .network(endpoint.networkId())
                                .ifPresent(
                                    network ->
                                        settings.put(
                                            network.name(), attached(endpoint, network)))));
    if (settings.isEmpty()) {
      NetworkRow network = Lookup.network(mode, records);
      settings.put(network.name(), unattached(network.id()));
    }
    return settings;
  }

  private static EndpointSettings unattached(String networkId) {
    return new EndpointSettings(
        networkId,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        0);
  }

  private static EndpointSettings attached(EndpointRow endpoint, NetworkRow network) {
    Optional<SubnetRow> v4 = subnet(network, false);
    Optional<SubnetRow> v6 = subnet(network, true);
    return new EndpointSettings(
        network.id(),
        endpoint.id(),
        endpoint.mac(),
        v4.map(SubnetRow::gateway),
        v4.flatMap(row -> lease(endpoint, Subnet.parse(row.subnet()))),
        v4.map(row -> Subnet.parse(row.subnet()).prefixLength()).orElse(0),
        v6.map(SubnetRow::gateway),
        v6.flatMap(row -> lease(endpoint, Subnet.parse(row.subnet()))),
        v6.map(row -> Subnet.parse(row.subnet()).prefixLength()).orElse(0));
  }

  private static Optional<SubnetRow> subnet(NetworkRow network, boolean v6) {
    return network.subnets().stream()
        .filter(row -> Subnet.parse(row.subnet()).isV6() == v6)
        .findFirst();
  }

  private static Optional<String> lease(EndpointRow endpoint, Subnet subnet) {
    return endpoint.leases().stream()
        .filter(text -> subnet.contains(Addresses.parse(text)))
        .findFirst();
  }

  private Map<String, List<HostPort>> ports(String containerId, NetworkRequest request) {
    var ports = new TreeMap<String, List<HostPort>>();
    request.exposedPorts().forEach(port -> ports.put(port, new ArrayList<>()));
    for (PublishedPortRow row : records.portsOf(containerId)) {
      for (int i = 0; i < row.count(); i++) {
        ports
            .computeIfAbsent(
                (row.containerPort() + i) + "/" + row.protocol(), _ -> new ArrayList<>())
            .add(new HostPort(row.hostAddress(), row.hostPort() + i));
      }
    }
    return ports;
  }
}
