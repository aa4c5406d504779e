package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Container;
import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Inner;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.MapView.Sandbox;
import java.util.List;
import java.util.stream.Collectors;

/** A map as lines of text, what is inside of something further to the right. */
public final class TextOfMap {
  private final MapView map;
  private final StringBuilder out = new StringBuilder();

  private TextOfMap(MapView map) {
    this.map = map;
  }

  public static String of(MapView map) {
    var text = new TextOfMap(map);
    text.write();
    return text.out.toString();
  }

  private void write() {
    line(0, "host");
    map.host().links().forEach(link -> line(2, words(link)));
    map.host().routes().forEach(route -> line(2, route.text(true)));
    if (!map.host().forwardsIpv4()) {
      line(2, "forwards no IPv4: net.ipv4.ip_forward is 0");
    }
    map.host().containers().forEach(container -> line(2, words(container) + ", in host mode"));
    for (Bridge bridge : map.bridges()) {
      out.append('\n');
      line(0, "bridge " + words(bridge.link()) + network(bridge));
      bridge
          .masquerades()
          .forEach(subnet -> line(2, subnet + " leaves with the host's address (masquerade)"));
      map.sandboxesOn(bridge).forEach(sandbox -> sandbox(sandbox, 2));
    }
    for (Sandbox sandbox : map.sandboxesApart()) {
      out.append('\n');
      sandbox(sandbox, 0);
    }
    nobodys(map.portsOfNobody());
    map.stopped()
        .forEach(
            container ->
                line(0, "\n%s is %s: no network".formatted(container.name(), container.state())));
  }

  private void nobodys(List<Port> ports) {
    if (!ports.isEmpty()) {
      out.append('\n');
      line(0, "published, but no sandbox here has the address");
      ports.forEach(port -> line(2, words(port)));
    }
  }

  private static String network(Bridge bridge) {
    return bridge.network().isEmpty() ? "" : "  network " + bridge.network();
  }

  private void sandbox(Sandbox sandbox, int indent) {
    line(indent, "sandbox " + sandbox.shortId() + "  " + sandbox.pin());
    if (!sandbox.isThere()) {
      line(indent + 2, "is not in the kernel");
    }
    sandbox.links().forEach(inner -> line(indent + 2, words(inner)));
    sandbox.notableRoutes().stream()
        .map(route -> route.text(true))
        .forEach(route -> line(indent + 2, route));
    map.portsOf(sandbox).forEach(port -> line(indent + 2, words(port)));
    sandbox
        .containers()
        .forEach(
            container ->
                line(
                    indent + 2,
                    words(container)
                        + (container.isOwner() || sandbox.containers().size() < 2
                            ? ""
                            : ", shares it")));
  }

  private static String words(Container container) {
    return "container "
        + container.name()
        + (container.isRunning() ? "" : " (" + container.state() + ")");
  }

  private static String words(Port port) {
    return "port %s -> %s%s"
        .formatted(port.outside(), port.inside(), port.isRelayed() ? "  by the relay" : "");
  }

  private static String words(Inner inner) {
    return words(inner.link())
        + (inner.isLoopback() ? "" : "  " + inner.link().mac())
        + inner.hostEnd().map(TextOfMap::words).orElse("");
  }

  private static String words(HostEnd end) {
    return "  <-> %s%s%s"
        .formatted(
            words(end.link()),
            end.bridge().isEmpty() ? "" : " on " + end.bridge(),
            end.isOurs() ? "" : "  (not Fairlead's)");
  }

  private static String words(Link link) {
    return link.name()
        + link.addresses().stream().map(address -> "  " + address).collect(Collectors.joining())
        + (link.isUp() ? "" : "  DOWN");
  }

  private void line(int indent, String text) {
    out.repeat(' ', indent).append(text).append('\n');
  }
}
