package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Inner;
import io.fairlead.cli.map.MapView.Sandbox;
import java.util.ArrayList;
import java.util.List;

/**
 * A veth pair between the host and a sandbox.
 *
 * @param link which of the sandbox's links
 * @param bridge that the sandbox is drawn beside; empty: none
 */
record Wire(int link, boolean isUp, HostEnd end, String bridge) {

  static List<Wire> of(Sandbox sandbox) {
    String bridge = sandbox.bridge().orElse("");
    var wires = new ArrayList<Wire>();
    for (int i = 0; i < sandbox.links().size(); i++) {
      int link = i;
      Inner inner = sandbox.links().get(i);
      inner.hostEnd().ifPresent(end -> wires.add(new Wire(link, inner.isUp(), end, bridge)));
    }
    return wires;
  }

  /** Whether it is drawn from the bridge. */
  boolean isOnBridge() {
    return !bridge.isEmpty() && end.bridge().equals(bridge);
  }

  /** Whether its end has a box of its own in the host: beside a bridge is no room for it. */
  boolean isInHost() {
    return !end.isOurs() && bridge.isEmpty();
  }

  String text() {
    return Words.wire(end, bridge);
  }

  Ink ink() {
    return !isUp ? Ink.FAULT : end.isOurs() ? Ink.BRIDGE : Ink.FOREIGN;
  }
}
