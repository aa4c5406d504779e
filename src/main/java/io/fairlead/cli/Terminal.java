package io.fairlead.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The terminal at our standard input. stty(1) asks and sets it: to load what calls the kernel from
 * here would take longer.
 */
final class Terminal implements AutoCloseable {
  private final String settings;
  private boolean isRaw;

  /** In characters. */
  record Size(int height, int width) {}

  private Terminal(String settings) {
    this.settings = settings;
  }

  /** Empty where standard input is something else. */
  static Optional<Terminal> atInput() {
    return stty("-g").map(Terminal::new);
  }

  /** Every key is passed on as it is typed, until this is closed or we end. */
  void makeRaw() {
    isRaw = true;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "terminal"));
    var _ = stty("raw", "-echo");
  }

  /** Empty where it does not know. */
  Optional<Size> size() {
    return stty("size")
        .map(text -> text.split(" ", -1))
        .map(sides -> new Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1])))
        .filter(size -> size.height > 0 && size.width > 0);
  }

  @Override
  public synchronized void close() {
    if (isRaw) {
      isRaw = false;
      var _ = stty(settings);
    }
  }

  private static Optional<String> stty(String... arguments) {
    var line = new ArrayList<>(List.of("stty"));
    line.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectInput(Redirect.INHERIT)
              .redirectError(Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(text.strip()) : Optional.empty();
    } catch (IOException e) {
      throw new CommandFailure("stty (package coreutils) cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
