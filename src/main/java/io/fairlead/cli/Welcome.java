package io.fairlead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is worth saying once to each user of a machine. */
final class Welcome {
  private Welcome() {}

  /** Whoever named another socket than the usual one knows his way. */
  static void onceSayHowOthersConnect(Path socket) {
    if (!socket.equals(Host.USUAL_SOCKET)) {
      return;
    }
    Path state =
        Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
            .filter(home -> !home.isEmpty())
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".local", "state"));
    Path told = state.resolve("fairlead").resolve("told-docker-host");
    try {
      if (Files.exists(told)) {
        return;
      }
      Files.createDirectories(told.getParent());
      Files.createFile(told);
    } catch (IOException homeless) {
      // Without a home it is said each time; better than never.
      Say.line("(%s cannot be written: %s)".formatted(told, homeless.getMessage()));
    }
    Say.line("docker, Compose and Testcontainers use this engine too, with");
    Say.line("  export DOCKER_HOST=unix://" + socket);
  }
}
