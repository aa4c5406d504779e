package io.fairlead.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** An archive that the daemon sends, on its way to a file or to standard output. */
final class Download {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  private Download() {}

  /**
   * @param file empty: standard output
   */
  static int get(Host host, String target, String file) throws IOException {
    if (file.isEmpty()) {
      refuseTerminal();
    }
    Daemon daemon = host.daemon();
    try (var connection = daemon.connect();
        InputStream archive = daemon.open(connection, "GET", target).body()) {
      if (file.isEmpty()) {
        archive.transferTo(System.out);
      } else {
        write(archive, Path.of(file).toAbsolutePath());
      }
    }
    return 0;
  }

  static void refuseTerminal() throws IOException {
    String output = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
    if (output.startsWith("/dev/pts/") || output.startsWith("/dev/tty")) {
      throw new CommandFailure(
          "an archive is not for a terminal's eyes: name a file, or redirect the output");
    }
  }

  /** Beside it first: what broke off half-way does not take the place of what is there. */
  private static void write(InputStream archive, Path target) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      try (OutputStream out = Files.newOutputStream(target)) {
        archive.transferTo(out);
      }
      return;
    }
    Path unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
    try {
      Files.copy(archive, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
