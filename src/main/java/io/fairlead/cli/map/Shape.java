package io.fairlead.cli.map;

/** Something in a picture; pixels, from the upper left. */
sealed interface Shape {

  record Box(int x, int y, int width, int height, Ink ink) implements Shape {
    int right() {
      return x + width;
    }

    int bottom() {
      return y + height;
    }

    boolean contains(Box other) {
      return x <= other.x && y <= other.y && right() >= other.right() && bottom() >= other.bottom();
    }

    boolean overlaps(Box other) {
      return x < other.right() && other.x < right() && y < other.bottom() && other.y < bottom();
    }
  }

  /**
   * @param x where it begins, or where it ends
   * @param y of the line that the letters stand on
   */
  record Label(int x, int y, String text, Font font, Ink ink, boolean endsThere) implements Shape {
    /** The room it takes. */
    Box room() {
      int width = font.width(text);
      int ascent = font.pixels() * 4 / 5;
      return new Box(endsThere ? x - width : x, y - ascent, width, ascent + font.pixels() / 4, ink);
    }
  }

  enum Stroke {
    WIRE,
    ARROW,
    /** An arrow that is not the kernel's work. */
    DASHED_ARROW,
    DASHED_WIRE
  }

  /** A straight line, with its head at the end where it has one. */
  record Line(int x1, int y1, int x2, int y2, Stroke stroke, Ink ink) implements Shape {}
}
