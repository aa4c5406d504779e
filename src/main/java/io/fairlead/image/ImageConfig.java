package io.fairlead.image;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How an image wants to be run: the {@code config} object of an OCI image configuration.
 *
 * @param exposedPorts {@code 80/tcp}
 */
public record ImageConfig(
    String user,
    List<String> environment,
    List<String> entrypoint,
    List<String> command,
    String workingDirectory,
    Set<String> exposedPorts,
    Set<String> volumes,
    Map<String, String> labels,
    String stopSignal) {}
