package io.fairlead.network.port;

import io.fairlead.InvalidRequest;
import io.fairlead.network.address.Addresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One thing to publish: container ports and where they shall be reached.
 *
 * @param container the container's ports; one only, unless the host's are {@link
 *     HostChoice.Exactly}
 * @param hostAddress empty: all addresses of both families
 */
public record Publication(
    Protocol protocol, PortRange container, Optional<InetAddress> hostAddress, HostChoice host) {

  /**
   * What a request publishes, ports that follow each other joined to ranges: clients send {@code -p
   * 8000-9000:8000-9000} as a thousand bindings.
   *
   * @param exposed {@code 80/tcp}; published only if {@code publishAll}, where no binding names
   *     them
   * @param bindings by container port; an empty list is one ephemeral port
   * @throws InvalidRequest for a malformed port, or one host port asked for twice
   */
  public static List<Publication> of(
      Collection<String> exposed, Map<String, List<PortBinding>> bindings, boolean publishAll) {
    var publications = new ArrayList<Publication>();
    var bound = new ArrayList<ContainerPorts>();
    new TreeMap<>(bindings)
        .forEach(
            (key, places) -> {
              ContainerPorts ports = ContainerPorts.parse(key);
              bound.add(ports);
              for (PortBinding place :
                  places.isEmpty() ? List.of(new PortBinding("", "")) : places) {
                publications.addAll(of(ports, place));
              }
            });
    for (String key : new TreeSet<>(exposed)) {
      ContainerPorts ports = ContainerPorts.parse(key);
      if (publishAll) {
        each(ports.range())
            .filter(port -> bound.stream().noneMatch(b -> covers(b, ports.protocol(), port)))
            .map(port -> ephemeral(ports.protocol(), port, Optional.empty()))
            .forEach(publications::add);
      }
    }
    List<Publication> joined = joined(publications);
    requireDisjoint(joined);
    return joined;
  }

  private static List<Publication> of(ContainerPorts ports, PortBinding binding) {
    Optional<InetAddress> address = address(binding.hostIp());
    String host = hostPort(binding.hostPort(), ports.protocol());
    PortRange container = ports.range();
    if (host.isEmpty() || host.equals("0")) {
      return each(container).map(port -> ephemeral(ports.protocol(), port, address)).toList();
    }
    PortRange range = hostRange(host);
    if (range.count() == container.count()) {
      return List.of(
          new Publication(ports.protocol(), container, address, new HostChoice.Exactly(range)));
    }
    if (container.count() == 1) {
      return List.of(
          new Publication(ports.protocol(), container, address, new HostChoice.OneOf(range)));
    }
    throw new InvalidRequest(
        "invalid ranges specified for container and host Ports: %s and %s"
            .formatted(container, host));
  }

  private static PortRange hostRange(String text) {
    try {
      return PortRange.parse(text);
    } catch (InvalidRequest e) {
      throw new InvalidRequest(
          "invalid port specification: \"%s\": %s".formatted(text, e.getMessage()), e);
    }
  }

  private static Optional<InetAddress> address(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    return Optional.of(Addresses.parse(isBracketed ? text.substring(1, text.length() - 1) : text));
  }

  /** Some clients write the protocol behind the host's port too. */
  private static String hostPort(String text, Protocol protocol) {
    int slash = text.indexOf('/');
    if (slash >= 0 && Protocol.parse(text.substring(slash + 1)) != protocol) {
      throw new InvalidRequest(
          "invalid port specification: \"%s\": the container's port is of %s"
              .formatted(text, protocol));
    }
    return slash < 0 ? text : text.substring(0, slash);
  }

  private static Stream<Integer> each(PortRange range) {
    return IntStream.rangeClosed(range.first(), range.last()).boxed();
  }

  private static boolean covers(ContainerPorts ports, Protocol protocol, int port) {
    return ports.protocol() == protocol && ports.range().contains(PortRange.of(port));
  }

  private static Publication ephemeral(Protocol protocol, int port, Optional<InetAddress> address) {
    return new Publication(protocol, PortRange.of(port), address, new HostChoice.Ephemeral());
  }

  private static List<Publication> joined(List<Publication> publications) {
    var joined = new ArrayList<Publication>();
    publications.stream()
        .sorted(
            Comparator.comparing(Publication::protocol)
                .thenComparing(p -> p.hostAddress.map(Addresses::text).orElse(""))
                .thenComparingInt(p -> p.container.first())
                .thenComparingInt(
                    p -> p.host instanceof HostChoice.Exactly(PortRange r) ? r.first() : 0))
        .forEach(
            next -> {
              Optional<Publication> longer =
                  joined.isEmpty() ? Optional.empty() : joined.getLast().followedBy(next);
              if (longer.isPresent()) {
                joined.set(joined.size() - 1, longer.get());
              } else {
                joined.add(next);
              }
            });
    return joined;
  }

  private Optional<Publication> followedBy(Publication next) {
    if (host instanceof HostChoice.Exactly(PortRange mine)
        && next.host instanceof HostChoice.Exactly(PortRange other)
        && protocol == next.protocol
        && hostAddress.equals(next.hostAddress)
        && container.last() + 1 == next.container.first()
        && mine.last() + 1 == other.first()) {
      return Optional.of(
          new Publication(
              protocol,
              new PortRange(container.first(), next.container.last()),
              hostAddress,
              new HostChoice.Exactly(new PortRange(mine.first(), other.last()))));
    }
    return Optional.empty();
  }

  /** By rising first host port: what overlaps a range begins before that range ends. */
  private static void requireDisjoint(List<Publication> publications) {
    record Wanted(Publication publication, PortRange ports) {}
    var sorted = new ArrayList<Wanted>();
    for (Publication publication : publications) {
      if (publication.host instanceof HostChoice.Exactly(PortRange range)) {
        sorted.add(new Wanted(publication, range));
      }
    }
    sorted.sort(Comparator.comparingInt(wanted -> wanted.ports.first()));
    for (int i = 0; i < sorted.size(); i++) {
      Wanted one = sorted.get(i);
      for (int j = i + 1;
          j < sorted.size() && sorted.get(j).ports.first() <= one.ports.last();
          j++) {
        if (one.publication.excludes(sorted.get(j).publication)) {
          Publication other = sorted.get(j).publication;
          throw new InvalidRequest(
              "port %d/%s on %s is asked for twice in one request, for container ports %s and %s; leave one out"
                  .formatted(
                      sorted.get(j).ports.first(),
                      other.protocol,
                      other.hostAddress.map(Addresses::text).orElse("0.0.0.0"),
                      one.publication.container,
                      other.container));
        }
      }
    }
  }

  private boolean excludes(Publication other) {
    if (protocol != other.protocol) {
      return false;
    }
    if (hostAddress.isEmpty() || other.hostAddress.isEmpty()) {
      return true;
    }
    InetAddress mine = hostAddress.get();
    InetAddress others = other.hostAddress.get();
    return Addresses.isV6(mine) == Addresses.isV6(others)
        && (mine.equals(others) || mine.isAnyLocalAddress() || others.isAnyLocalAddress());
  }
}
