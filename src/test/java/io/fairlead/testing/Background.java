package io.fairlead.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A command that runs beside the test; what it prints and says is in two files. */
public final class Background implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String line;
  private final Process process;
  private final Path output;
  private final Path errors;

  Background(List<String> command) {
    line = command.getLast();
    try {
      output = Files.createTempFile("fairlead-background-", ".out");
      errors = Files.createTempFile("fairlead-background-", ".err");
      process =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has printed something. */
  public Background awaitOutput() {
    Awaitility.await("output of " + line)
        .atMost(PATIENCE)
        .until(() -> Files.size(output) > 0 || !process.isAlive());
    return this;
  }

  /** Waits for its end; one that does not end fails the test. */
  public Command awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + line);
      }
      return new Command(
          List.of(line), process.exitValue(), Files.readString(output), Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted: " + line, e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    try {
      Files.delete(output);
      Files.delete(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
