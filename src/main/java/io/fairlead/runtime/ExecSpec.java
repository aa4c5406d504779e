package io.fairlead.runtime;

import java.util.List;
import java.util.Optional;

/**
 * A further process for a running container. What it does not say is as it is with the container's
 * own process.
 *
 * @param id 64 hex digits
 * @param arguments the program first
 * @param environment all of it, as {@code KEY=VALUE}; PATH and HOME are added where they lack
 * @param workingDirectory empty: the container's
 * @param user as in {@link ProcessSpec}; empty: the container's
 * @param isPrivileged all capabilities that the engine can give
 * @param isStdinOpen whether its client's bytes go to its standard input
 * @param terminal the size of its terminal; empty: it has none
 */
public record ExecSpec(
    String id,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    String user,
    boolean isPrivileged,
    boolean isStdinOpen,
    Optional<ConsoleSize> terminal) {}
