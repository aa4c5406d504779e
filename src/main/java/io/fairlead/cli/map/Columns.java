package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import java.util.Collection;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where things are from left to right: the outside, the host with published ports at its left and
 * bridges at its right, the wires, the sandboxes. As wide as the longest label needs.
 *
 * @param chipX of the small boxes at the host's left side
 * @param chipWidth of published ports' boxes
 */
record Columns(
    int chipX,
    int chipWidth,
    int bridgeX,
    int bridgeWidth,
    int hostRight,
    int sandboxX,
    int sandboxWidth,
    int width) {
  static final int MARGIN = 16;
  static final int OUTSIDE_WIDTH = 90;
  static final int HOST_X = MARGIN + OUTSIDE_WIDTH + 40;
  private static final int INSET = 14;

  static Columns of(MapView map, Collection<SandboxCard> cards, Collection<String> notes) {
    int chipX = HOST_X + INSET;
    int chipWidth = widest(Font.CODE, map.ports().stream().map(Port::outside)) + 18;
    int targets = widest(Font.CODE, map.ports().stream().map(Words::target)) + 38;
    int left =
        Math.max(
            map.ports().isEmpty() ? 0 : chipWidth + targets,
            Math.max(
                widest(Font.BODY, notes.stream()) + 30,
                widest(Font.CODE, map.bridges().stream().flatMap(Words::outbound)) + 40));
    int bridgeWidth = map.bridges().stream().mapToInt(Columns::bridgeWidth).max().orElse(0);
    int heads =
        Math.max(
            widest(Font.CODE, map.host().links().stream().flatMap(Columns::lines)) + 30,
            map.host().containers().stream()
                .mapToInt(each -> SandboxCard.chipWidth(each, ""))
                .max()
                .orElse(0));
    heads = Math.max(heads, Font.BODY.width(PictureOfMap.HOST_MODE));
    int foreign = widest(Font.CODE, wires(map).filter(Wire::isInHost).map(Wire::text)) + 40;
    boolean hasPortsApart =
        map.sandboxesApart().stream().anyMatch(sandbox -> !map.portsOf(sandbox).isEmpty());
    int aside = foreign + (hasPortsApart ? left : 0);
    int inner = IntStream.of(left + bridgeWidth, heads, aside, 250).max().orElseThrow();
    int bridgeX = chipX + inner - bridgeWidth;
    int hostRight = chipX + inner + INSET;
    int lane =
        Math.max(
            90,
            widest(Font.CODE, wires(map).filter(wire -> !wire.isInHost()).map(Wire::text)) + 24);
    int sandboxX = hostRight + lane;
    int sandboxWidth = cards.stream().mapToInt(SandboxCard::width).max().orElse(0);
    int right = cards.isEmpty() ? hostRight : sandboxX + sandboxWidth;
    return new Columns(
        chipX, chipWidth, bridgeX, bridgeWidth, hostRight, sandboxX, sandboxWidth, right + MARGIN);
  }

  private static int bridgeWidth(Bridge bridge) {
    return Math.max(
            Font.HEADING.width("bridge " + bridge.name()),
            widest(Font.CODE, bridge.link().addresses().stream()))
        + 24;
  }

  private static Stream<String> lines(Link link) {
    return Words.hostLink(link).stream();
  }

  private static Stream<Wire> wires(MapView map) {
    return map.sandboxes().stream().flatMap(sandbox -> Wire.of(sandbox).stream());
  }

  static int widest(Font font, Stream<String> texts) {
    return texts.mapToInt(font::width).max().orElse(0);
  }
}
