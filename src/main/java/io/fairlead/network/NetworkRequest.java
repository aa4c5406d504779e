package io.fairlead.network;

import io.fairlead.network.port.PortBinding;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a container asks of the network.
 *
 * @param mode {@code default}, {@code bridge}, {@code host}, {@code none}, {@code container:ID}
 *     (before its start also a name: the engine knows containers by name), or a network's name or
 *     id
 * @param exposedPorts {@code 80/tcp}, the image's among them
 * @param bindings by container port ({@code 80/tcp}, {@code 8000-8010/udp})
 */
public record NetworkRequest(
    String mode,
    Set<String> exposedPorts,
    Map<String, List<PortBinding>> bindings,
    boolean publishAll) {}
