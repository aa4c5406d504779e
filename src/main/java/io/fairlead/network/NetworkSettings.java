package io.fairlead.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's place in the network, as inspect shows it.
 *
 * @param sandboxId empty when it has none now
 * @param sandboxKey the pin's path, for {@code nsenter --net=}; empty when there is none
 * @param ports by container port ({@code 80/tcp}), of exposed and published ones; an empty list:
 *     exposed, not published. Only while the container runs
 * @param endpoints by the network's name
 */
public record NetworkSettings(
    String sandboxId,
    String sandboxKey,
    Map<String, List<HostPort>> ports,
    Map<String, EndpointSettings> endpoints) {

  public static final NetworkSettings NONE = new NetworkSettings("", "", Map.of(), Map.of());

  /** A published place: {@code 0.0.0.0} and {@code 8080}. */
  public record HostPort(String hostIp, int hostPort) {}

  /**
   * Addresses and prefix lengths are empty where the endpoint has none of that family, or is not in
   * use now.
   */
  public record EndpointSettings(
      String networkId,
      String endpointId,
      String macAddress,
      Optional<String> gateway,
      Optional<String> address,
      int prefixLength,
      Optional<String> gateway6,
      Optional<String> address6,
      int prefixLength6) {}
}
