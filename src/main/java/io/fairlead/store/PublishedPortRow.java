package io.fairlead.store;

/**
 * A host address and port that lead to a container's port. Both ranges have the same length.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param hostAddress address text; {@code 0.0.0.0} and {@code ::} are the wildcards
 * @param hostPort the first of the range, 1..65535
 * @param containerPort the first of the range
 * @param count 1 for a single port
 */
public record PublishedPortRow(
    String containerId,
    String protocol,
    String hostAddress,
    int hostPort,
    int containerPort,
    int count) {}
