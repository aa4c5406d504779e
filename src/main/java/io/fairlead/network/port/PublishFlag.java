package io.fairlead.network.port;

import io.fairlead.InvalidRequest;
import io.fairlead.network.address.Addresses;
import java.util.ArrayList;
import java.util.List;

/**
 * One port of a {@code -p} flag, as it goes to the API.
 *
 * @param containerPort {@code 80/tcp}
 */
public record PublishFlag(String containerPort, PortBinding binding) {

  /**
   * Reads {@code [ip:][hostPort[-end]:]containerPort[-end][/protocol]}. A v6 address may stand in
   * brackets or without: the last two fields are ports.
   *
   * @return one for each container port
   * @throws InvalidRequest in the docker command's words
   */
  public static List<PublishFlag> parse(String flag) {
    int slash = flag.indexOf('/');
    Protocol protocol = Protocol.parse(slash < 0 ? "" : flag.substring(slash + 1));
    List<String> fields = List.of((slash < 0 ? flag : flag.substring(0, slash)).split(":", -1));
    String container = fields.getLast();
    String host = fields.size() < 2 ? "" : fields.get(fields.size() - 2);
    String address =
        fields.size() < 3 ? "" : String.join(":", fields.subList(0, fields.size() - 2));
    if (container.isEmpty()) {
      throw new InvalidRequest("no port specified: %s<empty>".formatted(flag));
    }
    return each(address(address), host, container, protocol);
  }

  private static List<PublishFlag> each(
      String address, String host, String container, Protocol protocol) {
    PortRange containerPorts = range("containerPort", container);
    var flags = new ArrayList<PublishFlag>();
    if (host.isEmpty() || host.equals("0")) {
      for (int port = containerPorts.first(); port <= containerPorts.last(); port++) {
        flags.add(flag(port, protocol, address, host));
      }
      return flags;
    }
    PortRange hostPorts = range("hostPort", host);
    if (containerPorts.count() == 1) {
      return List.of(flag(containerPorts.first(), protocol, address, hostPorts.toString()));
    }
    if (containerPorts.count() != hostPorts.count()) {
      throw new InvalidRequest(
          "invalid ranges specified for container and host Ports: %s and %s"
              .formatted(container, host));
    }
    for (int i = 0; i < containerPorts.count(); i++) {
      flags.add(
          flag(
              containerPorts.first() + i,
              protocol,
              address,
              Integer.toString(hostPorts.first() + i)));
    }
    return flags;
  }

  private static PublishFlag flag(int port, Protocol protocol, String address, String host) {
    return new PublishFlag(port + "/" + protocol, new PortBinding(address, host));
  }

  private static String address(String text) {
    if (text.isEmpty()) {
      return "";
    }
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    return Addresses.text(
        Addresses.parse(isBracketed ? text.substring(1, text.length() - 1) : text));
  }

  private static PortRange range(String field, String text) {
    try {
      return PortRange.parse(text);
    } catch (InvalidRequest e) {
      throw new InvalidRequest("invalid %s: %s (%s)".formatted(field, text, e.getMessage()), e);
    }
  }
}
