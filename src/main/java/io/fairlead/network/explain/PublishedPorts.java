package io.fairlead.network.explain;

import io.fairlead.network.address.Addresses;
import io.fairlead.network.explain.NetworkMap.Carrier;
import io.fairlead.network.explain.NetworkMap.Published;
import io.fairlead.network.port.PortRange;
import io.fairlead.network.port.Relay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Published ports in the order in which a map shows them, neighbours as one range. */
final class PublishedPorts {
  private static final Comparator<Published> ORDER =
      Comparator.comparing((Published port) -> Addresses.isV6(port.hostAddress()))
          .thenComparing(port -> Addresses.text(port.hostAddress()))
          .thenComparing(Published::protocol)
          .thenComparing(Published::carrier)
          .thenComparingInt(port -> port.hostPorts().first());

  private PublishedPorts() {}

  static List<Published> of(Stream<Published> ports) {
    var merged = new ArrayList<Published>();
    ports
        .sorted(ORDER)
        .forEach(
            port -> {
              if (!merged.isEmpty() && follows(merged.getLast(), port)) {
                merged.set(merged.size() - 1, joined(merged.getLast(), port));
              } else {
                merged.add(port);
              }
            });
    return List.copyOf(merged);
  }

  static Published relayed(Relay.Service service) {
    PortRange ports = service.ports().range();
    int first = service.targetPort();
    return new Published(
        Carrier.RELAY,
        service.ports().protocol(),
        service.ports().address(),
        ports,
        service.target(),
        new PortRange(first, first + ports.count() - 1),
        Optional.empty());
  }

  private static boolean follows(Published before, Published port) {
    return before.carrier() == port.carrier()
        && before.protocol() == port.protocol()
        && before.hostAddress().equals(port.hostAddress())
        && before.target().equals(port.target())
        && before.hostPorts().last() + 1 == port.hostPorts().first()
        && before.targetPorts().last() + 1 == port.targetPorts().first();
  }

  private static Published joined(Published before, Published port) {
    return new Published(
        before.carrier(),
        before.protocol(),
        before.hostAddress(),
        new PortRange(before.hostPorts().first(), port.hostPorts().last()),
        before.target(),
        new PortRange(before.targetPorts().first(), port.targetPorts().last()),
        before.sandbox());
  }
}
