package io.fairlead.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A daemon in a process of its own, on the roots and the host of an engine that is closed. */
public final class TestDaemon implements AutoCloseable {
  private final Process process;
  private final Path log;

  private TestDaemon(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Returns when it answers; its log goes with it. */
  public static TestDaemon start(TestEngine engine, Path socket) {
    var config = engine.config();
    var line =
        List.of(
            "nsenter",
            "--net=" + config.host().path(),
            "--",
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "io.fairlead.cli.Main",
            "daemon",
            "--report-ready",
            "--host=unix://" + socket,
            "--data-root=" + config.dataRoot(),
            "--exec-root=" + config.execRoot());
    try {
      var process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var said = process.inputReader(StandardCharsets.UTF_8);
      for (String each = said.readLine(); !"ready".equals(each); each = said.readLine()) {
        if (each == null) {
          throw new AssertionError("the daemon did not start");
        }
      }
      return new TestDaemon(process, Path.of(config.dataRoot() + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends it and waits for that.
   *
   * @param signal {@code TERM} or {@code KILL}
   * @return its exit code
   */
  public int end(String signal) {
    Command.run(List.of("kill", "-" + signal, String.valueOf(process.pid()))).succeeded();
    return process.onExit().join().exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
