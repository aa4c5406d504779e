package io.fairlead.engine;

import io.fairlead.network.NetworkSettings;
import io.fairlead.store.ContainerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One container as it is at this moment.
 *
 * @param arguments the whole command line: entrypoint and command
 * @param environment as the process has it
 */
public record Container(
    String id,
    String name,
    String imageId,
    ContainerSpec spec,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    String user,
    String hostname,
    ContainerState state,
    int pid,
    int exitCode,
    boolean oomKilled,
    String error,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    NetworkSettings network,
    Path logPath,
    Path hostsPath,
    Path hostnamePath,
    Path resolvConfPath,
    int restartCount) {}
