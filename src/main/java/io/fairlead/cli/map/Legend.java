package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.Shape.Stroke;
import java.util.EnumSet;
import java.util.Set;

/** What the lines of a picture mean; only those that are in it. */
final class Legend {
  private static final int ROW = 21;
  private static final int SAMPLE = 44;

  private enum Entry {
    PUBLISHED(
        Stroke.ARROW,
        Ink.PUBLISHED,
        "published port: the kernel sends what comes here to the container's address (DNAT)"),
    RELAYED(
        Stroke.DASHED_ARROW,
        Ink.PUBLISHED,
        "published port that the daemon's relay serves: [::1], and IPv6 to a container without it"),
    OUTBOUND(
        Stroke.ARROW,
        Ink.OUTBOUND,
        "what containers send out: it bears the host's address outside (masquerade)"),
    OURS(
        Stroke.WIRE,
        Ink.BRIDGE,
        "veth pair: a cable between host and sandbox; over it, the name of its end on the host"),
    FOREIGN(Stroke.DASHED_WIRE, Ink.FOREIGN, "put there by hand: not Fairlead's, and left alone");

    private final Stroke stroke;
    private final Ink ink;
    private final String text;

    Entry(Stroke stroke, Ink ink, String text) {
      this.stroke = stroke;
      this.ink = ink;
      this.text = text;
    }
  }

  private final Set<Entry> used = EnumSet.noneOf(Entry.class);
  private boolean hasWildcard;

  void hasOutbound() {
    used.add(Entry.OUTBOUND);
  }

  void has(Port port) {
    used.add(port.isRelayed() ? Entry.RELAYED : Entry.PUBLISHED);
    hasWildcard |= port.hostAddress().equals("0.0.0.0") || port.hostAddress().equals("::");
  }

  void has(HostEnd end) {
    used.add(end.isOurs() ? Entry.OURS : Entry.FOREIGN);
  }

  /**
   * @return where the picture ends
   */
  int draw(Picture picture, int top) {
    int y = top;
    for (Entry entry : used) {
      picture.line(Columns.MARGIN, y - 4, Columns.MARGIN + SAMPLE, y - 4, entry.stroke, entry.ink);
      picture.label(textX(), y, entry.text, Font.SMALL, Ink.QUIET);
      y += ROW;
    }
    if (hasWildcard) {
      picture.label(
          textX(), y, "0.0.0.0 and [::] are all addresses of the host", Font.SMALL, Ink.QUIET);
      y += ROW;
    }
    return y;
  }

  private static int textX() {
    return Columns.MARGIN + SAMPLE + 12;
  }

  int right() {
    return used.stream().mapToInt(entry -> textX() + Font.SMALL.width(entry.text)).max().orElse(0);
  }
}
