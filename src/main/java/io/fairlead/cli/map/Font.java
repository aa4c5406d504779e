package io.fairlead.cli.map;

/** How a label is set. Which font a reader has is not known, so widths are those of wide ones. */
enum Font {
  TITLE(16, 1.12, false),
  HEADING(14, 1.12, false),
  NAME(13, 1.12, false),
  BODY(13, 1, false),
  SMALL(12, 1, false),
  CODE(12, 1, true);

  private static final String NARROW = "iljtfrI.,:;'|()[]/ ";
  private static final String WIDE = "mwMW@%";

  private final int pixels;
  private final double stretch;
  private final boolean isMonospaced;

  Font(int pixels, double stretch, boolean isMonospaced) {
    this.pixels = pixels;
    this.stretch = stretch;
    this.isMonospaced = isMonospaced;
  }

  int pixels() {
    return pixels;
  }

  /** In pixels, rounded up. */
  int width(String text) {
    return (int) Math.ceil(text.codePoints().mapToDouble(this::width).sum() * pixels * stretch);
  }

  /** Of one character, in parts of the font's size. */
  private double width(int character) {
    if (character > 0x2fff) {
      return 1.1;
    } else if (isMonospaced) {
      return 0.61;
    } else if (NARROW.indexOf(character) >= 0) {
      return 0.42;
    } else if (WIDE.indexOf(character) >= 0) {
      return 1;
    }
    return Character.isUpperCase(character) ? 0.72 : 0.63;
  }
}
