package io.fairlead.runtime;

/** How large a terminal is, in characters; nothing both ways: nobody has said so. */
public record ConsoleSize(int height, int width) {
  public static final ConsoleSize UNKNOWN = new ConsoleSize(0, 0);

  boolean isKnown() {
    return height > 0 && width > 0;
  }
}
