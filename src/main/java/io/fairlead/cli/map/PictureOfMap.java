package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Container;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.MapView.Route;
import io.fairlead.cli.map.MapView.Sandbox;
import io.fairlead.cli.map.Shape.Stroke;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A map as a picture, from left to right: the outside, the host, the wires, the sandboxes. One
 * sandbox is below the other, so that many make the picture tall and not wide.
 */
public final class PictureOfMap {
  static final String HOST = "the machine's own network namespace";
  static final String HOST_MODE = "in host mode, with all that the host has:";
  private static final int TOP = 54;
  private static final int ROW = 28;
  private static final int GAP = 16;
  private static final int CHIP = 20;

  private final MapView map;
  private final Map<String, SandboxCard> cards = new HashMap<>();
  private final Columns columns;
  private final Picture picture;
  private final Legend legend = new Legend();

  private PictureOfMap(MapView map) {
    this.map = map;
    map.sandboxes().forEach(sandbox -> cards.put(sandbox.id(), new SandboxCard(sandbox)));
    this.columns = Columns.of(map, cards.values(), notes());
    this.picture = new Picture("The network of " + names(), new Description(map).text());
  }

  /** As SVG. */
  public static String of(MapView map) {
    return Svg.of(draw(map));
  }

  static Picture draw(MapView map) {
    var drawing = new PictureOfMap(map);
    drawing.draw();
    return drawing.picture;
  }

  private String names() {
    List<String> all =
        Stream.concat(
                map.sandboxes().stream().flatMap(sandbox -> sandbox.containers().stream()),
                map.host().containers().stream())
            .map(Container::name)
            .map(SandboxCard::shortened)
            .toList();
    if (all.isEmpty()) {
      return "no container";
    }
    return all.size() <= 3
        ? String.join(" and ", all)
        : String.join(", ", all.subList(0, 2)) + " and " + (all.size() - 2) + " others";
  }

  /** What is said in the host's box, line by line, below its links. */
  private List<String> notes() {
    var notes = new ArrayList<String>();
    boolean namesLinks = map.host().links().size() > 1;
    for (Route route : map.host().routes()) {
      notes.add(route.text(namesLinks));
    }
    return notes;
  }

  private void draw() {
    int below = picture.shapes().size();
    int y = hostHead(TOP);
    for (Bridge bridge : map.bridges()) {
      y = bridge(bridge, y) + GAP;
    }
    for (Sandbox sandbox : map.sandboxesApart()) {
      y = apart(sandbox, y) + GAP;
    }
    y = nobodys(y);
    int bottom = hostContainers(y);
    picture.boxBelow(
        below, Columns.HOST_X, TOP, columns.hostRight() - Columns.HOST_X, bottom - TOP, Ink.HOST);
    outside(bottom);
    int end = legend.draw(picture, stopped(bottom + 26));
    int width = Math.max(columns.width(), Columns.MARGIN * 2 + Font.TITLE.width(picture.title()));
    picture.label(Columns.MARGIN, 34, picture.title(), Font.TITLE, Ink.TEXT);
    picture.resize(Math.max(width, legend.right() + Columns.MARGIN), end);
  }

  private void outside(int bottom) {
    picture.box(Columns.MARGIN, TOP, Columns.OUTSIDE_WIDTH, bottom - TOP, Ink.QUIET);
    picture.label(Columns.MARGIN + 10, TOP + 22, "outside", Font.HEADING, Ink.QUIET);
    picture.label(Columns.MARGIN + 10, TOP + 40, "other hosts", Font.SMALL, Ink.QUIET);
  }

  private static int outsideRight() {
    return Columns.MARGIN + Columns.OUTSIDE_WIDTH;
  }

  /** The host's name, and the links by which it is on other networks. */
  private int hostHead(int top) {
    picture.label(columns.chipX(), top + 22, "host", Font.HEADING, Ink.HOST);
    picture.label(columns.chipX(), top + 39, HOST, Font.SMALL, Ink.QUIET);
    int y = top + 54;
    for (Link link : map.host().links()) {
      List<String> lines = Words.hostLink(link);
      int width = Columns.widest(Font.CODE, lines.stream()) + 18;
      int height = CHIP + (lines.size() - 1) * 16;
      picture.line(
          outsideRight(), y + CHIP / 2, columns.chipX(), y + CHIP / 2, Stroke.WIRE, Ink.HOST);
      picture.box(columns.chipX(), y, width, height, Ink.BRIDGE);
      for (String line : lines) {
        picture.label(
            columns.chipX() + 9, y + 14, line, Font.CODE, link.isUp() ? Ink.TEXT : Ink.FAULT);
        y += 16;
      }
      y += CHIP - 16 + 8;
    }
    for (String note : notes()) {
      picture.label(columns.chipX() + 9, y + 8, note, Font.CODE, Ink.QUIET);
      y += 18;
    }
    if (!map.host().forwardsIpv4() && !map.bridges().isEmpty()) {
      picture.label(columns.chipX() + 9, y + 8, "forwards no IPv4", Font.BODY, Ink.FAULT);
      y += 18;
    }
    return y + 8;
  }

  /** A bridge as tall as all that is plugged into it; returns where it ends. */
  private int bridge(Bridge bridge, int top) {
    int below = picture.shapes().size();
    int left = top + 8;
    for (String label : Words.outbound(bridge).toList()) {
      left += ROW;
      legend.hasOutbound();
      picture.label(columns.chipX() + 26, left - 6, label, Font.CODE, Ink.OUTBOUND);
      picture.line(columns.bridgeX(), left, outsideRight(), left, Stroke.ARROW, Ink.OUTBOUND);
    }
    int lines = bridge.link().addresses().size() + (bridge.link().isUp() ? 0 : 1);
    int bottom = Math.max(left + GAP, top + 34 + 17 * lines);
    int from = top;
    for (Sandbox sandbox : map.sandboxesOn(bridge)) {
      // The first is beside what leaves; ports stand below that.
      int ports = ports(map.portsOf(sandbox), Math.max(from, left) + 4);
      SandboxCard card = card(sandbox);
      card.draw(picture, columns.sandboxX(), from, columns.sandboxWidth());
      wires(card, from);
      bottom = Math.max(bottom, Math.max(from + card.height(), ports));
      from = bottom + GAP;
    }
    picture.boxBelow(
        below, columns.bridgeX(), top, columns.bridgeWidth(), bottom - top, Ink.BRIDGE);
    int x = columns.bridgeX() + 12;
    picture.label(x, top + 21, "bridge " + bridge.name(), Font.HEADING, Ink.BRIDGE);
    int y = top + 40;
    for (String address : bridge.link().addresses()) {
      picture.label(x, y, address, Font.CODE, Ink.TEXT);
      y += 17;
    }
    if (!bridge.link().isUp()) {
      picture.label(x, y, "DOWN", Font.CODE, Ink.FAULT);
    }
    return bottom;
  }

  private SandboxCard card(Sandbox sandbox) {
    return Objects.requireNonNull(cards.get(sandbox.id()));
  }

  /** Published ports that lead to one sandbox, each a row; returns where they end. */
  private int ports(List<Port> ports, int top) {
    int y = top;
    for (Port port : ports) {
      y += ROW;
      legend.has(port);
      Stroke stroke = port.isRelayed() ? Stroke.DASHED_ARROW : Stroke.ARROW;
      int chipRight = columns.chipX() + columns.chipWidth();
      if (!port.isForTheHostAlone()) {
        picture.line(outsideRight(), y, columns.chipX(), y, Stroke.ARROW, Ink.PUBLISHED);
      }
      picture.box(columns.chipX(), y - CHIP / 2, columns.chipWidth(), CHIP, Ink.PUBLISHED);
      picture.label(columns.chipX() + 9, y + 4, port.outside(), Font.CODE, Ink.PUBLISHED);
      picture.label(chipRight + 12, y - 6, Words.target(port), Font.CODE, Ink.PUBLISHED);
      picture.line(
          chipRight,
          y,
          port.sandbox().isEmpty() || map.bridges().isEmpty()
              ? chipRight + 12 + Font.CODE.width(Words.target(port))
              : columns.bridgeX(),
          y,
          stroke,
          Ink.PUBLISHED);
    }
    return ports.isEmpty() ? top : y + GAP;
  }

  /** From the host to the links of a sandbox. */
  private void wires(SandboxCard card, int top) {
    for (Wire wire : Wire.of(card.sandbox())) {
      int y = top + card.wireAt(wire.link());
      legend.has(wire.end());
      int from = columns.hostRight();
      if (wire.isOnBridge()) {
        from = columns.bridgeX() + columns.bridgeWidth();
      } else if (wire.isInHost()) {
        from = hostEnd(wire, y);
      }
      boolean isOurs = wire.isUp() && wire.end().isOurs();
      picture.line(
          from, y, columns.sandboxX(), y, isOurs ? Stroke.WIRE : Stroke.DASHED_WIRE, wire.ink());
      if (!wire.isInHost()) {
        picture.label(columns.hostRight() + 12, y - 6, wire.text(), Font.CODE, wire.ink());
      }
    }
  }

  /** The host's end of a pair that somebody made by hand; returns its right side. */
  private int hostEnd(Wire wire, int y) {
    int width = Font.CODE.width(wire.text()) + 18;
    int right = columns.hostRight() - 14;
    picture.box(right - width, y - CHIP / 2, width, CHIP, Ink.FOREIGN);
    picture.label(right - width + 9, y + 4, wire.text(), Font.CODE, wire.ink());
    return right;
  }

  /** One that is on no bridge. */
  private int apart(Sandbox sandbox, int top) {
    SandboxCard card = card(sandbox);
    int ports = ports(map.portsOf(sandbox), top);
    card.draw(picture, columns.sandboxX(), top, columns.sandboxWidth());
    wires(card, top);
    return Math.max(top + card.height(), ports);
  }

  private int nobodys(int top) {
    List<Port> ports = map.portsOfNobody();
    if (ports.isEmpty()) {
      return top;
    }
    picture.label(columns.chipX(), top + 12, "no sandbox has the address:", Font.BODY, Ink.FAULT);
    return ports(ports, top + 16) + GAP;
  }

  /** Containers in host mode; returns where the host's box ends. */
  private int hostContainers(int top) {
    List<Container> containers = map.host().containers();
    int y = top;
    if (!containers.isEmpty()) {
      picture.label(columns.chipX(), y + 12, HOST_MODE, Font.BODY, Ink.HOST);
      y += 22;
    }
    int width =
        containers.stream().mapToInt(each -> SandboxCard.chipWidth(each, "")).max().orElse(0);
    for (Container container : containers) {
      SandboxCard.chip(picture, container, columns.chipX(), y, width, "", Ink.HOST);
      y += SandboxCard.chipHeight() + 6;
    }
    return y + 8;
  }

  private int stopped(int top) {
    int y = top;
    for (Container container : map.stopped()) {
      String text =
          "%s is %s and has no network"
              .formatted(SandboxCard.shortened(container.name()), container.state());
      picture.label(Columns.MARGIN, y, text, Font.BODY, Ink.FAULT);
      y += 22;
    }
    return y;
  }
}
