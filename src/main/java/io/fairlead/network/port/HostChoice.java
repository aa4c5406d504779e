package io.fairlead.network.port;

/** Which host ports are wanted. */
public sealed interface HostChoice {

  /** Any port of the kernel's own range. */
  record Ephemeral() implements HostChoice {}

  /** One port of these, the lowest that is free. */
  record OneOf(PortRange range) implements HostChoice {}

  /** These, each for the container's port at the same place. */
  record Exactly(PortRange range) implements HostChoice {}
}
