package io.fairlead.store;

/**
 * A container in a sandbox, as far as the network needs to know it.
 *
 * @param isOwner whether the sandbox was made for it
 */
public record SandboxMember(String containerId, ContainerState state, boolean isOwner) {}
