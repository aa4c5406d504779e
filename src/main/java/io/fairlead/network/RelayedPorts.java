package io.fairlead.network;

import io.fairlead.EngineFault;
import io.fairlead.linux.Fd;
import io.fairlead.linux.NetNamespace;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.Relay;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The relay on held ports: it serves copies of the sockets that are in the containers' queues. */
final class RelayedPorts implements AutoCloseable {
  private final QueuedPorts ports;
  private final Relay relay;

  RelayedPorts(NetNamespace host, QueuedPorts ports) {
    this.ports = ports;
    this.relay = new Relay(host);
  }

  /** All that is served now. */
  List<Fact.Listener> serving() {
    return relay.services().stream().map(Fact.Listener::new).toList();
  }

  /**
   * @throws EngineFault if one of the ports is not held
   */
  void serve(Collection<Fact.Listener> listeners) {
    byContainer(listeners)
        .forEach(
            (container, services) -> {
              Map<HeldPorts, List<Fd>> sockets = ports.sockets(container, services.keySet());
              services.forEach(
                  (held, service) -> serve(service, sockets.getOrDefault(held, List.of())));
            });
  }

  private void serve(Relay.Service service, List<Fd> sockets) {
    if (sockets.size() != service.ports().range().count()) {
      sockets.forEach(Fd::close);
      throw new EngineFault("cannot relay %s: it is not held".formatted(service));
    }
    relay.serve(service, sockets);
  }

  void stop(Collection<Fact.Listener> listeners) {
    listeners.forEach(listener -> relay.stop(listener.service().ports()));
  }

  private static Map<String, Map<HeldPorts, Relay.Service>> byContainer(
      Collection<Fact.Listener> listeners) {
    return listeners.stream()
        .map(Fact.Listener::service)
        .collect(
            Collectors.groupingBy(
                Relay.Service::container,
                LinkedHashMap::new,
                Collectors.toMap(Relay.Service::ports, service -> service)));
  }

  /** Clients are refused until the next engine serves; what waits in the queues stays there. */
  @Override
  public void close() {
    relay.close();
  }
}
