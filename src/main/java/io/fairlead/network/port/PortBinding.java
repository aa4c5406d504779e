package io.fairlead.network.port;

/**
 * Where a container's port shall be reached, as the API has it: both may be empty, and {@code
 * hostPort} may be a range ({@code 8000-9000}).
 */
public record PortBinding(String hostIp, String hostPort) {}
