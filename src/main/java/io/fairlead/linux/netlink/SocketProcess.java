package io.fairlead.linux.netlink;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A process that has a socket open, found as {@code ss -p} does: through its descriptors. */
public record SocketProcess(String name, long pid) {
  private static final Path PROC = Path.of("/proc");

  /**
   * The first process that has the socket open; empty if there is none, or none that we may see.
   *
   * @param inode not 0
   */
  public static Optional<SocketProcess> of(long inode) {
    var wanted = Path.of("socket:[" + inode + "]");
    try (var processes = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : processes) {
        if (hasOpen(process, wanted)) {
          return Optional.of(new SocketProcess(name(process), pid(process)));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty(); // no /proc: nobody can be named
    }
    return Optional.empty();
  }

  private static boolean hasOpen(Path process, Path wanted) {
    try (var descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (points(descriptor, wanted)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // it ended meanwhile, or is not ours to look into
    }
    return false;
  }

  private static boolean points(Path descriptor, Path wanted) {
    try {
      return Files.readSymbolicLink(descriptor).equals(wanted);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static String name(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException e) {
      return "a process that just ended";
    }
  }

  private static long pid(Path process) {
    return Long.parseLong(process.getFileName().toString());
  }
}
