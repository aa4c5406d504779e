package io.fairlead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a running daemon says about itself in a file beside its socket, for {@code daemon status},
 * {@code daemon stop}, {@code reset}, and to name a daemon of another build.
 *
 * @param build see {@link Build}
 * @param started of the process, as the kernel has it: a pid alone may be another's by now
 */
record DaemonNote(long pid, Instant started, String build, Path dataRoot, Path execRoot, Path log) {

  static Path pathBeside(Path socket) {
    return socket.resolveSibling(socket.getFileName() + ".daemon");
  }

  static Optional<DaemonNote> read(Path socket) {
    try {
      Json note = Json.parse(Files.readString(pathBeside(socket)));
      return Optional.of(
          new DaemonNote(
              note.at("pid").number(),
              Instant.parse(note.at("started").text()),
              note.at("build").text(),
              Path.of(note.at("dataRoot").text()),
              Path.of(note.at("execRoot").text()),
              Path.of(note.at("log").text())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void write(List<Path> sockets) throws IOException {
    var note = new LinkedHashMap<String, Object>();
    note.put("pid", pid);
    note.put("started", started.toString());
    note.put("build", build);
    note.put("dataRoot", dataRoot.toString());
    note.put("execRoot", execRoot.toString());
    note.put("log", log.toString());
    for (Path socket : sockets) {
      Path path = pathBeside(socket);
      Path fresh = path.resolveSibling(path.getFileName() + ".new");
      Files.writeString(fresh, Json.pretty(note) + "\n");
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  static void delete(List<Path> sockets) throws IOException {
    for (Path socket : sockets) {
      Files.deleteIfExists(pathBeside(socket));
    }
  }

  /** The daemon's process, if it is still that one. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid)
        .filter(process -> process.info().startInstant().map(started::equals).orElse(true));
  }

  void warnIfOfAnotherBuild() {
    if (!build.equals(Build.id())) {
      Say.line(
          "the daemon that answers (pid %d) is of build %s, this command of build %s; to have them alike: fairlead daemon stop (containers run on), then this command again"
              .formatted(pid, build, Build.id()));
    }
  }
}
