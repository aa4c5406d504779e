package io.fairlead.store;

import java.time.Instant;

/**
 * The record of a further process in a container. It goes with the container's.
 *
 * @param id 64 hex digits
 * @param spec what was asked for, as the engine's JSON
 * @param pid 0 while it does not run
 */
public record ExecRow(
    String id,
    String containerId,
    String spec,
    ExecState state,
    int pid,
    int exitCode,
    Instant createdAt) {}
