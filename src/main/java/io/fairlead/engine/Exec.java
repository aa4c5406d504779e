package io.fairlead.engine;

import io.fairlead.store.ExecState;

/**
 * A further process in a container, as it is at this moment.
 *
 * @param pid 0 while it does not run
 */
public record Exec(
    String id, String containerId, ExecRequest request, ExecState state, int pid, int exitCode) {}
