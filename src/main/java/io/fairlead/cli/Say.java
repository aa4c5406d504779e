package io.fairlead.cli;

/** What is told to a person, apart from what a command prints for use. */
final class Say {
  private Say() {}

  static void line(String text) {
    System.err.println("fairlead: " + text);
  }
}
