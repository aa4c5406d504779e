package io.fairlead.network;

import java.nio.file.Path;

/**
 * How this engine knows its own things in the kernel again.
 *
 * @param engineId 8 hex digits
 * @param pins the directory of the sandboxes' pins
 */
record Marks(String engineId, Path pins) {

  Path pin(Place.Sandbox sandbox) {
    return pins.resolve(sandbox.id());
  }

  String bridge(String networkId) {
    return prefix() + "network:" + networkId.substring(0, 12);
  }

  String endpoint(String endpointId) {
    return prefix() + "endpoint:" + endpointId.substring(0, 12);
  }

  /** The comment of our rule in a chain of another firewall. */
  String foreignRule() {
    return "fairlead:" + engineId;
  }

  boolean isOurs(String alias) {
    return alias.startsWith(prefix());
  }

  private String prefix() {
    return "fairlead:" + engineId + ":";
  }

  /**
   * The group of links that are about to go: a number that no foreign link bears, another for each
   * engine.
   */
  int doomedGroup() {
    return 0x46000000 | (int) (Long.parseLong(engineId, 16) & 0xffffff);
  }
}
