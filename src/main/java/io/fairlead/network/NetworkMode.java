package io.fairlead.network;

import io.fairlead.InvalidRequest;

/** What a container's network mode names. */
sealed interface NetworkMode {
  /** The engine's host namespace. */
  record Host() implements NetworkMode {}

  /** A namespace with nothing in it but {@code lo}. */
  record None() implements NetworkMode {}

  /**
   * The sandbox that another container is in.
   *
   * @param id for {@link Networks#allocate}; {@link Networks#check} takes a name as well
   */
  record OfContainer(String id) implements NetworkMode {}

  /** An endpoint on a network. */
  record On(String network) implements NetworkMode {}

  static NetworkMode parse(String mode) {
    if (mode.startsWith("container:")) {
      String reference = mode.substring("container:".length());
      if (reference.isEmpty()) {
        throw new InvalidRequest(
            "invalid network mode: invalid container format container:<name|id>");
      }
      return new OfContainer(reference);
    }
    return switch (mode) {
      case "host" -> new Host();
      case "none" -> new None();
      case "", "default", "bridge" -> new On(DefaultBridge.NAME);
      default -> new On(mode);
    };
  }
}
