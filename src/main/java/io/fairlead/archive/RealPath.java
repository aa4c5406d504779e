package io.fairlead.archive;

import io.fairlead.InvalidRequest;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Errno;
import io.fairlead.linux.FileStatus;
import io.fairlead.linux.KernelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Where a path leads in a root, links and all. */
public final class RealPath {
  private static final int MAX_LINKS = 255; // as Go's EvalSymlinks

  private RealPath() {}

  /**
   * Follows all links, also at the path's end, as though {@code root} were the root of all files.
   * What is not there stays as it is written.
   *
   * @throws InvalidRequest if links lead in a circle
   */
  public static EntryPath of(Directory root, String path) {
    Deque<String> rest = parts(path);
    List<String> real = new ArrayList<>();
    for (int links = 0; !rest.isEmpty(); ) {
      String name = rest.removeFirst();
      if (name.equals("..")) {
        if (!real.isEmpty()) {
          real.removeLast();
        }
        continue;
      }
      Optional<String> target = link(root, String.join("/", real), name);
      if (target.isEmpty()) {
        real.add(name);
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new InvalidRequest("too many links lead to %s".formatted(TarEntry.shown(path)));
      }
      parts(target.get()).descendingIterator().forEachRemaining(rest::addFirst);
      if (target.get().startsWith("/")) {
        real = new ArrayList<>();
      }
    }
    return new EntryPath(real);
  }

  private static Deque<String> parts(String path) {
    var parts = new ArrayDeque<String>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private static Optional<String> link(Directory root, String parent, String name) {
    try (var directory = root.inside(parent)) {
      return directory
          .status(name)
          .filter(FileStatus::isSymlink)
          .map(_ -> directory.readLink(name));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
