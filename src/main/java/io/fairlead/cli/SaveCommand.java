package io.fairlead.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** {@code fairlead save}: writes images to an archive. */
final class SaveCommand implements Command {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  private String file = "";

  @Override
  public Usage usage() {
    return Usage.of("save", "Write images to an archive that 'docker load' and OCI tools take")
        .option("-o, --output", "FILE", "The archive (default: standard output)", v -> file = v)
        .arguments("IMAGE...", 1, Usage.ANY);
  }

  @Override
  public int run(Host host, List<String> images) throws Exception {
    if (file.isEmpty() && isTerminal()) {
      throw new CommandFailure(
          "an archive is not for a terminal's eyes: say -o FILE, or redirect the output");
    }
    var target = new StringBuilder("/images/get?");
    images.forEach(image -> target.append("names=").append(Daemon.escape(image)).append('&'));
    Daemon daemon = host.daemon();
    try (var connection = daemon.connect();
        InputStream archive = daemon.open(connection, "GET", target.toString()).body()) {
      if (file.isEmpty()) {
        archive.transferTo(System.out);
      } else {
        write(archive, Path.of(file).toAbsolutePath());
      }
    }
    return 0;
  }

  private static boolean isTerminal() throws IOException {
    String output = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
    return output.startsWith("/dev/pts/") || output.startsWith("/dev/tty");
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
