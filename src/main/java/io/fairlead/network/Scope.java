package io.fairlead.network;

/**
 * What one request is about; the state of a scope can be wanted, observed and brought about by
 * itself.
 */
sealed interface Scope {
  /** The switches and the firewall's skeleton. */
  record Host() implements Scope {}

  record OfNetwork(String id) implements Scope {}

  /** A sandbox with its endpoints, and what its owner publishes. */
  record OfSandbox(String id) implements Scope {}
}
