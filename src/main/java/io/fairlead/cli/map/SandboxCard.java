package io.fairlead.cli.map;

import io.fairlead.cli.map.MapView.Container;
import io.fairlead.cli.map.MapView.Inner;
import io.fairlead.cli.map.MapView.Sandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A sandbox's box: its links, routes and containers below each other. Measured, then drawn. */
final class SandboxCard {
  private static final int PADDING = 14;
  private static final int HEAD = 46;
  private static final int ROW = 21;
  private static final int CHIP = 28;
  private static final int CHIP_GAP = 6;

  /** A line of text in it. */
  private record Row(String text, Ink ink) {}

  private final Sandbox sandbox;
  private final List<Row> rows = new ArrayList<>();

  /** For each link, which row begins it. */
  private final List<Integer> linkRows = new ArrayList<>();

  SandboxCard(Sandbox sandbox) {
    this.sandbox = sandbox;
    int names =
        sandbox.links().stream().mapToInt(inner -> inner.link().name().length()).max().orElse(0);
    sandbox.links().forEach(inner -> addLink(inner, names));
    // With one link there is only one way that a route can go.
    boolean namesLinks = sandbox.links().size() > 2;
    sandbox.notableRoutes().forEach(route -> rows.add(new Row(route.text(namesLinks), Ink.QUIET)));
    if (!sandbox.isThere()) {
      rows.add(new Row("is not in the kernel", Ink.FAULT));
    } else if (sandbox.links().size() == 1) {
      rows.add(new Row("no way in or out", Ink.QUIET));
    }
  }

  private void addLink(Inner inner, int names) {
    linkRows.add(rows.size());
    boolean isForeign =
        !inner.isLoopback() && inner.hostEnd().map(end -> !end.isOurs()).orElse(true);
    Ink ink = !inner.link().isUp() ? Ink.FAULT : isForeign ? Ink.FOREIGN : Ink.TEXT;
    String name = inner.link().name() + " ".repeat(names + 2 - inner.link().name().length());
    String down = inner.link().isUp() ? "" : "  DOWN";
    List<String> addresses =
        inner.isLoopback()
            ? List.of(String.join("  ", inner.link().addresses()))
            : inner.link().addresses();
    rows.add(new Row(name + (addresses.isEmpty() ? "" : addresses.getFirst()) + down, ink));
    addresses.stream()
        .skip(1)
        .forEach(address -> rows.add(new Row(" ".repeat(names + 2) + address, ink)));
  }

  Sandbox sandbox() {
    return sandbox;
  }

  int width() {
    // As wide for one id as for another.
    int title = Font.HEADING.width("sandbox " + "0".repeat(sandbox.shortId().length()));
    int text = Math.max(title, Font.SMALL.width(subtitle()));
    for (Row row : rows) {
      text = Math.max(text, Font.CODE.width(row.text()));
    }
    for (Container container : sandbox.containers()) {
      text = Math.max(text, chipWidth(container));
    }
    return text + 2 * PADDING;
  }

  int height() {
    return HEAD
        + rows.size() * ROW
        + 8
        + sandbox.containers().size() * (CHIP + CHIP_GAP)
        + PADDING
        - CHIP_GAP;
  }

  /** How far below the top a link's wire comes in. */
  int wireAt(int link) {
    return HEAD + linkRows.get(link) * ROW + 8;
  }

  void draw(Picture picture, int x, int y, int width) {
    picture.box(x, y, width, height(), Ink.SANDBOX);
    picture.label(x + PADDING, y + 21, title(), Font.HEADING, Ink.SANDBOX);
    picture.label(x + PADDING, y + 37, subtitle(), Font.SMALL, Ink.QUIET);
    int next = y + HEAD;
    for (Row row : rows) {
      picture.label(x + PADDING, next + 12, row.text(), Font.CODE, row.ink());
      next += ROW;
    }
    next += 8;
    for (Container container : sandbox.containers()) {
      chip(
          picture, container, x + PADDING, next, width - 2 * PADDING, note(container), Ink.SANDBOX);
      next += CHIP + CHIP_GAP;
    }
  }

  private String title() {
    return "sandbox " + sandbox.shortId();
  }

  private String subtitle() {
    int count = sandbox.containers().size();
    return count > 1 ? "shared by " + count + " containers" : "a network namespace of its own";
  }

  private String note(Container container) {
    return sandbox.containers().size() > 1 && container.isOwner() ? "owner" : "";
  }

  private int chipWidth(Container container) {
    return chipWidth(container, note(container));
  }

  /** Of a container's small box. */
  static int chipWidth(Container container, String note) {
    return Font.NAME.width(shortened(container.name()))
        + Font.SMALL.width(words(container, note))
        + 44;
  }

  static void chip(
      Picture picture, Container container, int x, int y, int width, String note, Ink ink) {
    picture.box(x, y, width, CHIP, Ink.CONTAINER);
    picture.label(x + 10, y + 18, shortened(container.name()), Font.NAME, ink);
    picture.labelEndingAt(
        x + width - 10,
        y + 18,
        words(container, note),
        Font.SMALL,
        container.isRunning() ? Ink.QUIET : Ink.FAULT);
  }

  private static String words(Container container, String note) {
    return List.of("container", note, container.isRunning() ? "" : container.state()).stream()
        .filter(each -> !each.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /** A long name would make everything wide. */
  static String shortened(String name) {
    return name.length() <= 32 ? name : name.substring(0, 31) + "…";
  }

  static int chipHeight() {
    return CHIP;
  }
}
