package io.fairlead.linux.netlink;

/**
 * A connection as the kernel tracks it. Without address translation the reply is the original
 * turned around.
 */
public record Flow(Transport transport, Direction original, Direction reply) {

  /** The packets of one direction. */
  public record Direction(Place source, Place destination) {}
}
