package io.fairlead.store;

import org.jspecify.annotations.Nullable;

/**
 * A sandbox: a network namespace that the engine owns.
 *
 * @param id 32 hex digits; the pin is named by it
 * @param ownerId the container whose create asked for the network; null once that container is
 *     removed
 */
public record SandboxRow(String id, @Nullable String ownerId) {}
