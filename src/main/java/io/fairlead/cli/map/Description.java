package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.MapView.Sandbox;
import java.util.ArrayList;

/** A map in sentences, for those who do not see the picture. */
record Description(MapView map) {
  private static final int MOST = 20;

  String text() {
    var sentences = new ArrayList<String>();
    for (Bridge bridge : map.bridges()) {
      sentences.add(
          "The host has the bridge %s with %s."
              .formatted(bridge.name(), String.join(" and ", bridge.link().addresses())));
    }
    map.host()
        .containers()
        .forEach(each -> sentences.add("%s is in host mode.".formatted(each.name())));
    for (Sandbox sandbox : map.sandboxes()) {
      sentences.add(
          "%s %s in the sandbox %s%s."
              .formatted(
                  String.join(
                      ", ", sandbox.containers().stream().map(each -> each.name()).toList()),
                  sandbox.containers().size() == 1 ? "is" : "are",
                  sandbox.shortId(),
                  sandbox.bridge().map(bridge -> " on " + bridge).orElse("")));
    }
    for (Port port : map.ports()) {
      sentences.add("%s leads to %s.".formatted(port.outside(), port.inside()));
    }
    return sentences.size() <= MOST
        ? String.join(" ", sentences)
        : String.join(" ", sentences.subList(0, MOST)) + " And more.";
  }
}
