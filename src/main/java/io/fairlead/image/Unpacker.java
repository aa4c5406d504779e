package io.fairlead.image;

import static io.fairlead.image.EntryPath.refused;
import static io.fairlead.linux.Errno.check;

import io.fairlead.EngineFault;
import io.fairlead.image.LayerTree.Place;
import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks the tar of a layer into its directory: content, owners, permissions, times, extended
 * attributes, links and devices; {@code .wh.} names become overlayfs's marks.
 */
final class Unpacker {
  private static final Logger LOG = LoggerFactory.getLogger(Unpacker.class);
  private static final int CHUNK = 1 << 16;
  private static final int MAX_DIRECTORIES = 1 << 20;
  private static final long WORTH_A_LOOK_BYTES = 1 << 26;

  private final TarReader tar;
  private final Path target;
  private final Marks marks;
  private final Optional<RecipeWriter> recipe;
  private final byte[] chunk = new byte[CHUNK];
  // A directory's time changes with each entry made in it, so it is set last.
  private final Map<EntryPath, TarEntry> directories = new LinkedHashMap<>();
  private long contentBytes;
  private boolean hasWarned;
  private Set<TarEntry.Type> taken = EnumSet.allOf(TarEntry.Type.class);

  Unpacker(TarReader tar, Path target, Marks marks, Optional<RecipeWriter> recipe) {
    this.tar = tar;
    this.recipe = recipe;
    this.marks = marks;
    this.target = target;
  }

  /** Only these kinds of entries; any other is refused. */
  Unpacker taking(Set<TarEntry.Type> types) {
    taken = types;
    return this;
  }

  /**
   * @return bytes of content, as they are counted for an image's size
   * @throws io.fairlead.InvalidRequest if the archive is broken or hostile; what was unpacked so
   *     far is the caller's to remove
   */
  long unpack() throws IOException {
    try (var tree =
            recipe
                .map(kept -> new LayerTree(target, marks, kept::replace))
                .orElseGet(() -> new LayerTree(target, marks));
        var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(CHUNK);
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        unpack(tree, entry.get(), buffer);
      }
      directories.forEach((at, entry) -> tree.made(at).ifPresent(place -> setTime(place, entry)));
    }
    return contentBytes;
  }

  private void unpack(LayerTree tree, TarEntry entry, MemorySegment buffer) throws IOException {
    var at = EntryPath.parse(entry.name());
    if (!taken.contains(entry.type())) {
      throw refused(entry.name(), "an archive of images has files only");
    }
    try {
      if (!at.isRoot() && at.last().startsWith(Marks.WHITEOUT)) {
        mark(tree, at);
      } else {
        make(tree, at, entry, buffer);
      }
    } catch (KernelException e) {
      String name = TarEntry.shown(entry.name());
      throw new EngineFault("cannot unpack \"%s\": %s".formatted(name, e.getMessage()), e);
    }
  }

  private void mark(LayerTree tree, EntryPath at) {
    if (at.last().equals(Marks.OPAQUE_FILE)) {
      tree.opaque(at.parent());
      return;
    }
    if (at.last().startsWith(Marks.WHITEOUT + Marks.WHITEOUT)) {
      return; // aufs's own records
    }
    String name = at.last().substring(Marks.WHITEOUT.length());
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw refused(at.toString(), "it deletes no name");
    }
    tree.whiteout(at.sibling(name));
  }

  private void make(LayerTree tree, EntryPath at, TarEntry entry, MemorySegment buffer)
      throws IOException {
    switch (entry.type()) {
      case DIRECTORY -> {
        settle(tree.directory(at), entry);
        directories.put(at, entry);
        if (directories.size() > MAX_DIRECTORIES) {
          throw refused(entry.name(), "more than a million directories came before it");
        }
      }
      case FILE -> file(tree, at, entry, buffer);
      case SYMLINK -> settle(tree.symlink(at, entry.link()), entry);
      case HARD_LINK -> tree.hardLink(at, entry.link());
      case FIFO -> settle(tree.node(at, Libc.S_IFIFO, 0, 0), entry);
      case CHARACTER_DEVICE -> device(tree, at, entry, Libc.S_IFCHR);
      case BLOCK_DEVICE -> device(tree, at, entry, Libc.S_IFBLK);
    }
    if (entry.type() != TarEntry.Type.DIRECTORY) {
      directories.remove(at);
    }
  }

  private void file(LayerTree tree, EntryPath at, TarEntry entry, MemorySegment buffer)
      throws IOException {
    if (entry.sizeBytes() > WORTH_A_LOOK_BYTES) {
      long free = Files.getFileStore(target).getUsableSpace();
      if (entry.sizeBytes() > free) {
        throw refused(
            entry.name(),
            "it has %,d bytes, and %,d are free where images are kept"
                .formatted(entry.sizeBytes(), free));
      }
    }
    var made = tree.file(at);
    if (recipe.isPresent() && entry.sizeBytes() > 0) {
      recipe.get().content(made.at(), entry.sizeBytes());
    }
    try (var fd = made.fd()) {
      for (int n = tar.read(chunk); n >= 0; n = tar.read(chunk)) {
        MemorySegment.copy(chunk, 0, buffer, ValueLayout.JAVA_BYTE, 0, n);
        for (long done = 0; done < n; ) {
          done +=
              check(Libc.write(fd.number(), buffer.asSlice(done, n - done)), "write", "content");
        }
        contentBytes += n;
      }
    }
    recipe.ifPresent(RecipeWriter::contentEnds);
    settle(made.place(), entry);
  }

  private void device(LayerTree tree, EntryPath at, TarEntry entry, int type) {
    try {
      settle(tree.node(at, type, entry.major(), entry.minor()), entry);
    } catch (KernelException e) {
      if (e.errno() != Errno.EPERM || !e.operation().equals("mknod")) {
        throw e;
      }
      // A user namespace cannot make devices. The runtime gives containers their /dev.
      LOG.warn("left out device {}: {}", TarEntry.shown(entry.name()), e.getMessage());
    }
  }

  /** In this order: a change of owner clears set-id bits and capabilities. */
  private void settle(Place place, TarEntry entry) {
    var directory = place.directory();
    directory.setOwner(place.name(), id(entry, entry.uid()), id(entry, entry.gid()));
    if (entry.type() != TarEntry.Type.SYMLINK) {
      directory.setPermissions(place.name(), entry.permissions());
    }
    entry.attributes().forEach((name, value) -> setAttribute(place, entry, name, value));
    setTime(place, entry);
  }

  private static void setTime(Place place, TarEntry entry) {
    place.directory().setModified(place.name(), entry.modifiedSecond(), entry.modifiedNanos());
  }

  private void setAttribute(Place place, TarEntry entry, String name, byte[] value) {
    if (name.startsWith("trusted.overlay.") || name.startsWith("user.overlay.")) {
      throw refused(entry.name(), "its attribute %s is overlayfs's own".formatted(name));
    }
    if (name.isEmpty() || name.length() > 255 || value.length > 1 << 16 || name.indexOf(0) >= 0) {
      throw refused(entry.name(), "an extended attribute of it is too large");
    }
    try {
      place.directory().setAttribute(place.name(), name, value);
    } catch (KernelException e) {
      boolean isUnsupported = e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.EPERM;
      if (!isUnsupported) {
        throw e;
      }
      if (!hasWarned) {
        LOG.warn("left out an attribute of {}: {}", TarEntry.shown(entry.name()), e.getMessage());
      }
      hasWarned = true;
    }
  }

  private static int id(TarEntry entry, long id) {
    if (id < 0 || id > 0xffff_fffeL) { // -1 means "leave it" to chown(2)
      throw refused(entry.name(), "its owner %d is no user or group id".formatted(id));
    }
    return (int) id;
  }
}
