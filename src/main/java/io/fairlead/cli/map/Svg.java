package io.fairlead.cli.map;

import io.fairlead.cli.map.Shape.Box;
import io.fairlead.cli.map.Shape.Label;
import io.fairlead.cli.map.Shape.Line;
import io.fairlead.cli.map.Shape.Stroke;
import java.util.Locale;

/**
 * A picture as SVG 1.1, which needs nothing from elsewhere: no font, no script, no link. It has a
 * background of its own, so that it is read on a dark page as on a white one.
 */
final class Svg {
  private static final String SANS =
      "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif";
  private static final String MONO =
      "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

  private Svg() {}

  static String of(Picture picture) {
    var out = new StringBuilder();
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc">
        <title id="title">%s</title>
        <desc id="desc">%s</desc>
        """
            .formatted(
                picture.width(),
                picture.height(),
                picture.width(),
                picture.height(),
                escaped(picture.title()),
                escaped(picture.description())));
    out.append("<style>\n").append(style()).append("</style>\n");
    arrowHeads(out);
    out.append(
        "<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"10\" fill=\"#ffffff\" stroke=\"#d0d7de\"/>\n"
            .formatted(picture.width() - 1, picture.height() - 1));
    picture.shapes().forEach(shape -> write(shape, out));
    return out.append("</svg>\n").toString();
  }

  private static String style() {
    var css = new StringBuilder();
    css.append("text { font-family: %s; white-space: pre; }\n".formatted(SANS));
    for (Font font : Font.values()) {
      css.append(".%s { font-size: %dpx; %s}\n".formatted(name(font), font.pixels(), face(font)));
    }
    css.append("rect { stroke-width: 1.3; }\nline { stroke-width: 1.8; }\n");
    return css.toString();
  }

  private static String face(Font font) {
    return switch (font) {
      case TITLE, HEADING, NAME -> "font-weight: 600; ";
      case CODE -> "font-family: %s; ".formatted(MONO);
      case BODY, SMALL -> "";
    };
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void arrowHeads(StringBuilder out) {
    out.append("<defs>\n");
    for (Ink ink : Ink.values()) {
      out.append(
          "<marker id=\"to-%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"5.5\" markerHeight=\"5.5\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"%s\"/></marker>\n"
              .formatted(name(ink), ink.line()));
    }
    out.append("</defs>\n");
  }

  private static void write(Shape shape, StringBuilder out) {
    switch (shape) {
      case Box box ->
          out.append(
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\" stroke=\"%s\"/>\n"
                  .formatted(
                      box.x(),
                      box.y(),
                      box.width(),
                      box.height(),
                      box.ink().paper(),
                      box.ink().line()));
      case Label label ->
          out.append(
              "<text class=\"%s\" x=\"%d\" y=\"%d\" fill=\"%s\"%s>%s</text>\n"
                  .formatted(
                      name(label.font()),
                      label.x(),
                      label.y(),
                      label.ink().line(),
                      label.endsThere() ? " text-anchor=\"end\"" : "",
                      escaped(label.text())));
      case Line line ->
          out.append(
              "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\"%s/>\n"
                  .formatted(
                      line.x1(),
                      line.y1(),
                      line.x2(),
                      line.y2(),
                      line.ink().line(),
                      attributes(line.stroke(), line.ink())));
    }
  }

  private static String attributes(Stroke stroke, Ink ink) {
    String head = " marker-end=\"url(#to-%s)\"".formatted(name(ink));
    String dashes = " stroke-dasharray=\"5 4\"";
    return switch (stroke) {
      case WIRE -> "";
      case ARROW -> head;
      case DASHED_ARROW -> dashes + head;
      case DASHED_WIRE -> dashes;
    };
  }

  /** What XML forbids is left out; names come from people. */
  static String escaped(String text) {
    var out = new StringBuilder();
    text.codePoints()
        .filter(c -> c >= 0x20 && c != 0xfffe && c != 0xffff && !(c >= 0xd800 && c <= 0xdfff))
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
