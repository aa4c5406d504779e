package io.fairlead.archive;

import static io.fairlead.archive.EntryPath.refused;
import static io.fairlead.linux.Errno.check;

import io.fairlead.archive.Tree.Place;
import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes an archive's entries in a tree: content, owners, permissions, times, extended attributes,
 * links and devices. Content goes through a buffer, however large it is.
 */
public final class EntryMaker implements AutoCloseable {
  private static final int CHUNK = 1 << 16;
  private static final int MAX_DIRECTORIES = 1 << 20;
  private static final long WORTH_A_LOOK_BYTES = 1 << 26;

  /** Told of each file's content, before and after it is read. */
  public interface Watch {
    /**
     * @param at where the file is, by real names
     */
    void begins(EntryPath at, long sizeBytes) throws IOException;

    void ends();
  }

  private static final Watch NONE =
      new Watch() {
        @Override
        public void begins(EntryPath at, long sizeBytes) {}

        @Override
        public void ends() {}
      };

  private final TarReader tar;
  private final Tree tree;
  private final Path store;
  private final Owner owner;
  private final Consumer<String> complaint;
  private final Watch watch;
  private final byte[] chunk = new byte[CHUNK];
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(CHUNK);
  // A directory's time changes with each entry made in it, so it is set last.
  private final Map<EntryPath, TarEntry> directories = new LinkedHashMap<>();
  private long contentBytes;
  private boolean hasComplained;

  /**
   * @param store a path on the file system that takes the content, to see what fits
   * @param complaint told what is left out, where a file system or a user may not have it
   */
  public EntryMaker(
      TarReader tar, Tree tree, Path store, Owner owner, Consumer<String> complaint, Watch watch) {
    this.tar = tar;
    this.tree = tree;
    this.store = store;
    this.owner = owner;
    this.complaint = complaint;
    this.watch = watch;
  }

  public EntryMaker(TarReader tar, Tree tree, Path store, Owner owner, Consumer<String> complaint) {
    this(tar, tree, store, owner, complaint, NONE);
  }

  /**
   * Makes the reader's present entry.
   *
   * @param at where it goes, which need not be where it says
   * @param link what a hard link means, likewise
   */
  public void make(EntryPath at, TarEntry entry, String link) throws IOException {
    switch (entry.type()) {
      case DIRECTORY -> {
        settle(tree.directory(at), entry);
        directories.put(at, entry);
        if (directories.size() > MAX_DIRECTORIES) {
          throw refused(entry.name(), "more than a million directories came before it");
        }
      }
      case FILE -> file(at, entry);
      case SYMLINK -> settle(tree.symlink(at, entry.link()), entry);
      case HARD_LINK -> tree.hardLink(at, link);
      case FIFO -> settle(tree.node(at, Libc.S_IFIFO, 0, 0), entry);
      case CHARACTER_DEVICE -> device(at, entry, Libc.S_IFCHR);
      case BLOCK_DEVICE -> device(at, entry, Libc.S_IFBLK);
    }
    if (entry.type() != TarEntry.Type.DIRECTORY) {
      directories.remove(at);
    }
  }

  /**
   * To be called after the last entry.
   *
   * @return bytes of content
   */
  public long finish() {
    directories.forEach((at, entry) -> tree.made(at).ifPresent(place -> setTime(place, entry)));
    return contentBytes;
  }

  private void file(EntryPath at, TarEntry entry) throws IOException {
    if (entry.sizeBytes() > WORTH_A_LOOK_BYTES) {
      long free = Files.getFileStore(store).getUsableSpace();
      if (entry.sizeBytes() > free) {
        throw refused(
            entry.name(),
            "it has %,d bytes, and %,d are free where it would go"
                .formatted(entry.sizeBytes(), free));
      }
    }
    var made = tree.file(at);
    try (var fd = made.fd()) {
      if (entry.sizeBytes() > 0) {
        watch.begins(made.at(), entry.sizeBytes());
      }
      for (int n = tar.read(chunk); n >= 0; n = tar.read(chunk)) {
        MemorySegment.copy(chunk, 0, buffer, ValueLayout.JAVA_BYTE, 0, n);
        for (long done = 0; done < n; ) {
          done +=
              check(Libc.write(fd.number(), buffer.asSlice(done, n - done)), "write", "content");
        }
        contentBytes += n;
      }
    }
    watch.ends();
    settle(made.place(), entry);
  }

  private void device(EntryPath at, TarEntry entry, int type) {
    try {
      settle(tree.node(at, type, entry.major(), entry.minor()), entry);
    } catch (KernelException e) {
      if (e.errno() != Errno.EPERM || !e.operation().equals("mknod")) {
        throw e;
      }
      // A user namespace cannot make devices. The runtime gives containers their /dev.
      complaint.accept(
          "left out device %s: %s".formatted(TarEntry.shown(entry.name()), e.getMessage()));
    }
  }

  /** In this order: a change of owner clears set-id bits and capabilities. */
  private void settle(Place place, TarEntry entry) {
    var directory = place.directory();
    switch (owner) {
      case Owner.Archived _ ->
          directory.setOwner(place.name(), id(entry, entry.uid()), id(entry, entry.gid()));
      case Owner.Fixed fixed -> directory.setOwner(place.name(), fixed.uid(), fixed.gid());
      case Owner.Unpacker _ -> {}
    }
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
      if (!hasComplained) {
        complaint.accept(
            "left out an attribute of %s: %s"
                .formatted(TarEntry.shown(entry.name()), e.getMessage()));
      }
      hasComplained = true;
    }
  }

  private static int id(TarEntry entry, long id) {
    if (id < 0 || id > 0xffff_fffeL) { // -1 means "leave it" to chown(2)
      throw refused(entry.name(), "its owner %d is no user or group id".formatted(id));
    }
    return (int) id;
  }

  @Override
  public void close() {
    arena.close();
  }
}
