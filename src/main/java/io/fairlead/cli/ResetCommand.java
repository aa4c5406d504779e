package io.fairlead.cli;

import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;

/** {@code fairlead reset}: removes everything of an engine from the machine. */
final class ResetCommand implements Command {
  private boolean isSure;
  private Optional<Path> dataRoot = Optional.empty();
  private Optional<Path> execRoot = Optional.empty();

  @Override
  public Usage usage() {
    return Usage.of(
            "reset",
            "Remove everything of this engine: containers, images, bridge, rules, records, log")
        .flag("-y, --yes", "Do not ask", on -> isSure = on)
        .option(
            "--data-root",
            "DIR",
            "The engine's (default: the running daemon's, else /var/lib/fairlead)",
            value -> dataRoot = Optional.of(Path.of(value)))
        .option(
            "--exec-root",
            "DIR",
            "The engine's (default: the running daemon's, else /run/fairlead)",
            value -> execRoot = Optional.of(Path.of(value)))
        .description("Stops the daemon first. Asks before it acts, unless told --yes.");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    DaemonProcess.requireRoot();
    Path socket = host.socket();
    Optional<DaemonNote> note = DaemonNote.read(socket);
    Path data =
        dataRoot
            .or(() -> note.map(DaemonNote::dataRoot))
            .orElse(DaemonCommand.DEFAULT_DATA_ROOT)
            .toAbsolutePath();
    Path exec =
        execRoot
            .or(() -> note.map(DaemonNote::execRoot))
            .orElse(DaemonCommand.DEFAULT_EXEC_ROOT)
            .toAbsolutePath();
    if (!isSure && !confirmed(data, exec)) {
      Say.line("nothing was changed");
      return 1;
    }
    boolean isItsDaemon = note.map(n -> n.dataRoot().equals(data)).orElse(false);
    if (isItsDaemon && DaemonStopCommand.stop(socket)) {
      Say.line("the daemon is stopped");
    }
    DaemonLog.openQuietly();
    purge(data, exec);
    DaemonLog.delete(data);
    Files.deleteIfExists(DaemonStart.LOCK);
    Say.line("everything of the engine on %s is removed".formatted(data));
    return 0;
  }

  private static void purge(Path data, Path exec) {
    var config = EngineConfig.usual(data, exec, DaemonCommand.hostNamespace());
    Engine.open(config).purge();
  }

  private static boolean confirmed(Path data, Path exec) throws IOException {
    System.err.printf(
        "fairlead: this ends and removes all containers, images and networks of the engine on %s and %s. Go on? [y/N] ",
        data, exec);
    try (var scanner = new Scanner(System.in, StandardCharsets.UTF_8)) {
      return scanner.hasNextLine() && scanner.nextLine().strip().equalsIgnoreCase("y");
    }
  }
}
