package io.fairlead.archive;

import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fairlead.linux.Directory;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.FileStatus;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Packs files into a tar while somebody may be at work on them: what has gone meanwhile is left
 * out, and a file that has shrunk is filled up with zeros. Of extended attributes it takes the
 * user's and a program's capabilities. Content goes through a buffer; no mount is left out.
 */
public final class Packer implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  /** What {@link TarReader}, and others, read of a name. */
  private static final int MAX_NAME_BYTES = 4096;

  private static final Set<Integer> GONE = Set.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP);

  private record Inode(long device, long number) {}

  /** The name under which the archive has it, and how many names of it are still to come. */
  private record Named(String name, int more) {}

  private final TarWriter tar;
  private final Consumer<String> complaint;
  private final Map<Inode, Named> linked = new HashMap<>();
  private final byte[] chunk = new byte[CHUNK];
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(CHUNK);

  /**
   * @param complaint told what is left out because tar has no place for it
   */
  public Packer(OutputStream out, Consumer<String> complaint) {
    this.tar = new TarWriter(out);
    this.complaint = complaint;
  }

  /**
   * Packs what a directory has by a name, with all that is below it.
   *
   * @param as its name in the archive
   */
  public void add(Directory in, String name, String as) throws IOException {
    Optional<FileStatus> status = in.status(name);
    if (status.isEmpty()) {
      return;
    }
    if (as.length() >= MAX_NAME_BYTES) {
      complaint.accept(
          "left out, for its path is longer than %d bytes: %s"
              .formatted(MAX_NAME_BYTES, TarEntry.shown(as)));
    } else if (status.get().isDirectory()) {
      try (var directory = in.child(name)) {
        addDirectory(directory, as);
      } catch (KernelException e) {
        passIfGone(e);
      }
    } else {
      addOther(in, name, as, status.get());
    }
  }

  /** Packs a directory, with all that is below it. */
  public void addDirectory(Directory directory, String as) throws IOException {
    var status = directory.status(".").orElseThrow();
    begin(directory, ".", as + "/", TarEntry.Type.DIRECTORY, "", status);
    tar.end();
    addBelow(directory, as + "/");
  }

  /** Packs all that is below a directory. */
  public void addBelow(Directory directory, String prefix) throws IOException {
    for (String name : directory.names()) {
      add(directory, name, prefix + name);
    }
  }

  public void finish() throws IOException {
    tar.finish();
  }

  private void addOther(Directory in, String name, String as, FileStatus status)
      throws IOException {
    Optional<TarEntry.Type> type = type(status);
    if (type.isEmpty()) {
      complaint.accept("left out, for it is a socket: " + TarEntry.shown(as));
      return;
    }
    var inode = new Inode(status.device(), status.inode());
    Named first = linked.get(inode);
    if (first != null) {
      begin(in, name, as, TarEntry.Type.HARD_LINK, first.name(), status);
      tar.end();
      remember(inode, first.name(), first.more() - 1);
      return;
    }
    boolean isPacked;
    try {
      isPacked =
          type.get() == TarEntry.Type.FILE ? addFile(in, name, as) : addNode(in, name, as, status);
    } catch (KernelException e) {
      passIfGone(e);
      return;
    }
    if (isPacked) {
      remember(inode, as, status.links() - 1);
    }
  }

  private void remember(Inode inode, String name, int more) {
    if (more > 0) {
      linked.put(inode, new Named(name, more));
    } else {
      linked.remove(inode);
    }
  }

  private boolean addNode(Directory in, String name, String as, FileStatus status)
      throws IOException {
    TarEntry.Type type = type(status).orElseThrow();
    begin(in, name, as, type, type == TarEntry.Type.SYMLINK ? in.readLink(name) : "", status);
    tar.end();
    return true;
  }

  private boolean addFile(Directory in, String name, String as) throws IOException {
    try (Fd file = in.openFile(name)) {
      var status = FileStatus.of(file);
      if (!status.isFile()) {
        return false; // it has become another thing
      }
      begin(in, name, as, TarEntry.Type.FILE, "", status);
      while (tar.missingBytes() > 0) {
        long length = check(Libc.read(file.number(), buffer), "read", TarEntry.shown(as));
        if (length == 0) {
          break;
        }
        MemorySegment.copy(buffer, JAVA_BYTE, 0, chunk, 0, (int) length);
        tar.write(chunk, (int) length);
      }
      tar.end();
      return true;
    }
  }

  private void begin(
      Directory in, String name, String as, TarEntry.Type type, String link, FileStatus status)
      throws IOException {
    var attributes = new HashMap<String, byte[]>();
    if (type == TarEntry.Type.FILE || type == TarEntry.Type.DIRECTORY) {
      in.attributes(name)
          .forEach(
              (attribute, value) -> {
                if (attribute.startsWith("user.") || attribute.equals("security.capability")) {
                  attributes.put(attribute, value);
                }
              });
    }
    boolean isDevice = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
    tar.begin(
        new TarEntry(
            as,
            type,
            link,
            status.permissions(),
            Integer.toUnsignedLong(status.uid()),
            Integer.toUnsignedLong(status.gid()),
            status.modifiedSecond(),
            status.modifiedNanos(),
            type == TarEntry.Type.FILE ? status.sizeBytes() : 0,
            isDevice ? status.major() : 0,
            isDevice ? status.minor() : 0,
            attributes));
  }

  /** Empty: a socket. */
  private static Optional<TarEntry.Type> type(FileStatus status) {
    return switch (status.type()) {
      case Libc.S_IFREG -> Optional.of(TarEntry.Type.FILE);
      case Libc.S_IFLNK -> Optional.of(TarEntry.Type.SYMLINK);
      case Libc.S_IFCHR -> Optional.of(TarEntry.Type.CHARACTER_DEVICE);
      case Libc.S_IFBLK -> Optional.of(TarEntry.Type.BLOCK_DEVICE);
      case Libc.S_IFIFO -> Optional.of(TarEntry.Type.FIFO);
      default -> Optional.empty();
    };
  }

  private static void passIfGone(KernelException e) {
    if (!GONE.contains(e.errno())) {
      throw e;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
