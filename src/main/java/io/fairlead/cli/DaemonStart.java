package io.fairlead.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts the daemon behind a command that found none: in a session of its own, with no descriptor
 * of ours but a pipe on which it tells its progress and then that it is ready. Nobody waits by the
 * clock: a daemon that fails closes the pipe.
 */
final class DaemonStart {
  static final String READY = "ready";

  static final Path ERRORS = DaemonLog.DIRECTORY.resolve("start.log");
  static final Path LOCK = Path.of("/run/fairlead-start.lock");

  private DaemonStart() {}

  static void start(Path socket) {
    @Nullable String launcher = System.getProperty("fairlead.launcher");
    if (launcher == null) {
      throw new CommandFailure(
          "no daemon answers on %s; start one with: fairlead daemon".formatted(socket));
    }
    try {
      DaemonProcess.requireRoot();
      Files.createDirectories(DaemonLog.DIRECTORY);
      // Of several commands that find none, the first starts it and the others find it started.
      try (var lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var held = lock.lock()) {
        if (held.isValid() && !new Daemon(socket, false).answers()) {
          launch(launcher, socket);
        }
      }
    } catch (IOException e) {
      throw new CommandFailure("the daemon could not be started: " + e);
    }
  }

  private static void launch(String launcher, Path socket) throws IOException {
    Say.line("no daemon answers on %s; starting one".formatted(socket));
    Process daemon =
        new ProcessBuilder(
                List.of(
                    "setsid", launcher, "daemon", "--report-ready", "--host", "unix://" + socket))
            .directory(Path.of("/").toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(ERRORS.toFile())
            .start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (line.equals(READY)) {
          return;
        }
        Say.line(line);
      }
    }
    throw new CommandFailure(
        "the daemon did not start:\n%s\n(from %s)"
            .formatted(Files.readString(ERRORS).strip(), ERRORS));
  }
}
