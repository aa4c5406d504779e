package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The labels whose length the picture's columns depend on. */
final class Words {
  private Words() {}

  static String target(Port port) {
    return (port.isRelayed() ? "relay to " : "to ") + port.inside();
  }

  static Stream<String> outbound(Bridge bridge) {
    return bridge.masquerades().stream().map(subnet -> subnet + " leaves as the host");
  }

  /**
   * Of a wire's end on the host, on one line: of our own the name, of others' an address too.
   *
   * @param bridge where the wire is drawn to, so that it need not be said
   */
  static String wire(HostEnd end, String bridge) {
    Link link = end.link();
    return link.name()
        + (end.isOurs() ? "" : firstOf(link.addresses()))
        + (end.bridge().isEmpty() || end.bridge().equals(bridge) ? "" : "  on " + end.bridge())
        + (link.isUp() ? "" : "  DOWN");
  }

  private static String firstOf(List<String> addresses) {
    return switch (addresses.size()) {
      case 0 -> "";
      case 1 -> "  " + addresses.getFirst();
      default -> "  " + addresses.getFirst() + " +" + (addresses.size() - 1);
    };
  }

  /** A link of the host that leads out, one line for each address. */
  static List<String> hostLink(Link link) {
    var lines = new ArrayList<String>();
    List<String> addresses = link.addresses();
    lines.add(
        link.name()
            + (addresses.isEmpty() ? "" : "  " + addresses.getFirst())
            + (link.isUp() ? "" : "  DOWN"));
    addresses.stream()
        .skip(1)
        .forEach(address -> lines.add(" ".repeat(link.name().length() + 2) + address));
    return lines;
  }
}
