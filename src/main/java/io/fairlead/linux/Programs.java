package io.fairlead.linux;

import io.fairlead.EngineFault;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Programs of the machine that are run rarely, and to their end. */
public final class Programs {
  /** A daemon's path may lack them. */
  private static final List<String> FOR_ROOT = List.of("/usr/sbin", "/sbin");

  private static final Pattern SEPARATOR = Pattern.compile(File.pathSeparator, Pattern.LITERAL);

  private Programs() {}

  public static Optional<Path> find(String name) {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.concat(SEPARATOR.splitAsStream(path), FOR_ROOT.stream())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Runs a program in the network namespace of the calling thread.
   *
   * @throws EngineFault with its words, where it is not there or fails
   */
  public static void run(List<String> command) {
    var line = new ArrayList<>(command);
    line.set(
        0,
        find(command.getFirst())
            .orElseThrow(() -> new EngineFault(command.getFirst() + " is not installed"))
            .toString());
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new EngineFault(
            "%s: exit code %d: %s".formatted(String.join(" ", command), exitCode, said.strip()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineFault("interrupted: " + String.join(" ", command), e);
    }
  }
}
