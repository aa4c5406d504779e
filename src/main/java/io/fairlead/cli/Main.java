package io.fairlead.cli;

/** Where the program begins. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.err.println("fairlead: no command is built yet");
    System.exit(1);
  }
}
