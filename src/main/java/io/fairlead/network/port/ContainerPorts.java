package io.fairlead.network.port;

import io.fairlead.InvalidRequest;

/** A container's port or range of ports, as the keys of the API name them. */
public record ContainerPorts(Protocol protocol, PortRange range) {

  /**
   * Reads {@code 80}, {@code 80/tcp} or {@code 8000-8010/udp}.
   *
   * @throws InvalidRequest {@code invalid port specification: "x"} and why
   */
  public static ContainerPorts parse(String text) {
    int slash = text.indexOf('/');
    String ports = slash < 0 ? text : text.substring(0, slash);
    try {
      return new ContainerPorts(
          Protocol.parse(slash < 0 ? "" : text.substring(slash + 1)), PortRange.parse(ports));
    } catch (InvalidRequest e) {
      throw new InvalidRequest(
          "invalid port specification: \"%s\": %s".formatted(text, e.getMessage()), e);
    }
  }

  /** {@code 80/tcp}, {@code 8000-8010/udp} */
  @Override
  public String toString() {
    return range + "/" + protocol;
  }
}
