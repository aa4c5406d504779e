package io.fairlead.cli.map;

/** What a colour means; dark enough to be read on its paper, told apart without red and green. */
enum Ink {
  TEXT("#24292f", "#ffffff"),
  QUIET("#57606a", "#f6f8fa"),
  HOST("#1f5f99", "#eff6fd"),
  BRIDGE("#14507f", "#d3e6f7"),
  SANDBOX("#5b3f94", "#f6f2fd"),
  CONTAINER("#8a7cb5", "#ffffff"),
  PUBLISHED("#b3440a", "#fff1e6"),
  OUTBOUND("#0b6b63", "#e3f5f2"),
  FOREIGN("#6b5900", "#fdf7dc"),
  FAULT("#b42318", "#fdecea");

  private final String line;
  private final String paper;

  Ink(String line, String paper) {
    this.line = line;
    this.paper = paper;
  }

  String line() {
    return line;
  }

  /** What a box of it is filled with. */
  String paper() {
    return paper;
  }
}
