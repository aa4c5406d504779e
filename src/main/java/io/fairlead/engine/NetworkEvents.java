package io.fairlead.engine;

import io.fairlead.network.NetworkSettings.EndpointSettings;
import io.fairlead.store.ContainerRow;
import java.util.Map;

/** Tells that a container joined its networks, or left them. */
final class NetworkEvents {
  private final Rooms rooms;

  NetworkEvents(Rooms rooms) {
    this.rooms = rooms;
  }

  void connected(ContainerRow row) {
    tell(row, "connect");
  }

  void disconnected(ContainerRow row) {
    tell(row, "disconnect");
  }

  /** One that joins another container's sandbox is on no network by itself. */
  private void tell(ContainerRow row, String action) {
    var kept = Kept.of(row);
    if (kept.joined().isPresent()) {
      return;
    }
    var networks =
        rooms.networks().settings(row, kept.networkRequest()).endpoints().values().stream()
            .map(EndpointSettings::networkId)
            .toList();
    for (String id : networks) {
      rooms
          .store()
          .read(records -> records.network(id))
          .ifPresent(
              network -> rooms.events().network(network, action, Map.of("container", row.id())));
    }
  }
}
