package io.fairlead.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Reads files of a container's root as the container would see them: a link in it is followed
 * inside the root, never out of it.
 */
final class RootFiles {
  private static final int LINKS_MAX = 40;
  private static final long SIZE_MAX_BYTES = 4 << 20;

  private RootFiles() {}

  /** The lines of a regular file of reasonable size; none where there is no such file. */
  static List<String> lines(Path root, String path) {
    try {
      Path file = resolve(root, path);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || Files.size(file) > SIZE_MAX_BYTES) {
        return List.of();
      }
      return List.of(
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).split("\n", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Where a path of the container is on the host. */
  static Path resolve(Path root, String path) throws IOException {
    var rest = new ArrayDeque<Path>();
    Path.of("/", path).forEach(rest::add);
    Path at = root;
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.removeFirst().toString();
      if (name.equals("..")) {
        at = at.equals(root) ? root : parent(at);
        continue;
      }
      Path next = name.equals(".") || name.isEmpty() ? at : at.resolve(name);
      if (!next.equals(at) && Files.isSymbolicLink(next)) {
        if (++links > LINKS_MAX) {
          throw new IOException("too many levels of symbolic links: " + path);
        }
        Path target = Files.readSymbolicLink(next);
        var parts = new ArrayDeque<Path>();
        target.forEach(parts::add);
        while (!parts.isEmpty()) {
          rest.addFirst(parts.removeLast());
        }
        at = target.isAbsolute() ? root : at;
      } else {
        at = next;
      }
    }
    return at;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }
}
