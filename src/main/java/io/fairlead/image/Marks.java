package io.fairlead.image;

import io.fairlead.linux.Directory;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.nio.file.Path;
import java.util.Optional;

/** How a layer's directory says that names of the layers below are deleted or hidden. */
enum Marks {
  /** Overlayfs's own, which it reads when layers are mounted. */
  OVERLAYFS {
    @Override
    void delete(Directory in, String name) {
      var kind = in.kind(name);
      if (kind.isEmpty()) {
        in.makeNode(name, Libc.S_IFCHR, 0, 0);
      } else if (kind.equals(Optional.of(Directory.Kind.DIRECTORY))) {
        // This layer has such a directory of its own; it shall not merge with those below.
        hideBelow(in, name);
      }
    }

    @Override
    void hideBelow(Directory in, String directory) {
      in.setAttribute(directory, OPAQUE, new byte[] {'y'});
    }
  },

  /** Empty files, as in the archive: for a file system that cannot hold overlayfs's marks. */
  FILES {
    @Override
    void delete(Directory in, String name) {
      in.remove(WHITEOUT + name);
      in.makeFile(WHITEOUT + name).close();
    }

    @Override
    void hideBelow(Directory in, String directory) {
      try (var hiding = in.child(directory)) {
        hiding.remove(OPAQUE_FILE);
        hiding.makeFile(OPAQUE_FILE).close();
      }
    }
  };

  /** The names of the OCI image specification. */
  static final String WHITEOUT = ".wh.";

  static final String OPAQUE_FILE = ".wh..wh..opq";
  static final String OPAQUE = "trusted.overlay.opaque";

  abstract void delete(Directory in, String name);

  abstract void hideBelow(Directory in, String directory);

  /** Whether a directory hides what the layers below have in it, by either mark. */
  static boolean hidesBelow(Directory in, String directory) {
    if (in.attributes(directory).containsKey(OPAQUE)) {
      return true;
    }
    try (var inside = in.child(directory)) {
      return inside.kind(OPAQUE_FILE).isPresent();
    }
  }

  /** Overlayfs's marks where a directory can hold them. */
  static Marks usableIn(Path directory) {
    try (var in = Directory.open(directory)) {
      try {
        OVERLAYFS.delete(in, "whiteout");
        in.makeDirectory("opaque", 0700);
        OVERLAYFS.hideBelow(in, "opaque");
        return Directory.attribute(directory.resolve("opaque"), OPAQUE).isPresent()
            ? OVERLAYFS
            : FILES;
      } catch (KernelException e) {
        return FILES;
      } finally {
        in.remove("whiteout");
        in.remove("opaque");
      }
    }
  }
}
