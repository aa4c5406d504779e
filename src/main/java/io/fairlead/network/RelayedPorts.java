package io.fairlead.network;

import io.fairlead.EngineFault;
import io.fairlead.linux.Fd;
import io.fairlead.linux.NetNamespace;
import io.fairlead.network.port.HeldPorts;
import io.fairlead.network.port.Relay;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
              var sockets = new HashMap<Relay.Service, List<Fd>>();
              ports
                  .sockets(container, services.keySet())
                  .forEach(
                      (held, found) ->
                          sockets.put(Objects.requireNonNull(services.get(held)), found));
              services.values().forEach(service -> requireAll(service, sockets));
              relay.serve(sockets);
            });
  }

  private static void requireAll(Relay.Service service, Map<Relay.Service, List<Fd>> sockets) {
    if (sockets.getOrDefault(service, List.of()).size() != service.ports().range().count()) {
      sockets.values().forEach(found -> found.forEach(Fd::close));
      throw new EngineFault("cannot relay %s: it is not held".formatted(service));
    }
  }

  void stop(Collection<Fact.Listener> listeners) {
    relay.stop(listeners.stream().map(listener -> listener.service().ports()).toList());
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
