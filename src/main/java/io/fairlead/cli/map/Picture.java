package io.fairlead.cli.map;

import io.fairlead.cli.map.Shape.Box;
import io.fairlead.cli.map.Shape.Label;
import io.fairlead.cli.map.Shape.Line;
import io.fairlead.cli.map.Shape.Stroke;
import java.util.ArrayList;
import java.util.List;

/** Shapes in the order in which they are drawn: what comes later lies above. */
final class Picture {
  private final String title;
  private final String description;
  private final List<Shape> shapes = new ArrayList<>();
  private int width;
  private int height;

  Picture(String title, String description) {
    this.title = title;
    this.description = description;
  }

  String title() {
    return title;
  }

  String description() {
    return description;
  }

  List<Shape> shapes() {
    return shapes;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** How much room it takes, the margin included. */
  void resize(int toWidth, int toHeight) {
    width = toWidth;
    height = toHeight;
  }

  Box box(int x, int y, int boxWidth, int boxHeight, Ink ink) {
    var box = new Box(x, y, boxWidth, boxHeight, ink);
    shapes.add(box);
    return box;
  }

  /** Puts a box under all that is drawn already: its size was not known before. */
  Box boxBelow(int position, int x, int y, int boxWidth, int boxHeight, Ink ink) {
    var box = new Box(x, y, boxWidth, boxHeight, ink);
    shapes.add(position, box);
    return box;
  }

  void label(int x, int y, String text, Font font, Ink ink) {
    shapes.add(new Label(x, y, text, font, ink, false));
  }

  void labelEndingAt(int x, int y, String text, Font font, Ink ink) {
    shapes.add(new Label(x, y, text, font, ink, true));
  }

  void line(int x1, int y1, int x2, int y2, Stroke stroke, Ink ink) {
    shapes.add(new Line(x1, y1, x2, y2, stroke, ink));
  }
}
