package io.fairlead.engine;

import io.fairlead.Forbidden;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.Unavailable;
import io.fairlead.archive.CopyPath;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.Owner;
import io.fairlead.archive.Packer;
import io.fairlead.archive.RealPath;
import io.fairlead.archive.RootUnpacker;
import io.fairlead.archive.TarReader;
import io.fairlead.image.Compression;
import io.fairlead.image.FileChange;
import io.fairlead.image.RootView;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Errno;
import io.fairlead.linux.FileStatus;
import io.fairlead.linux.KernelException;
import io.fairlead.runtime.ProcessSpec.BindMount;
import io.fairlead.runtime.ProcessUser;
import io.fairlead.store.ContainerRow;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of containers, in whatever state these are: looked at, packed, unpacked, and what of
 * them is changed. The container's lock is held while its files are opened and not for longer, so a
 * slow client is in nobody's way.
 */
public final class ContainerFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerFiles.class);

  private final Rooms rooms;
  private final ContainerLocks locks;

  ContainerFiles(Rooms rooms, ContainerLocks locks) {
    this.rooms = rooms;
    this.locks = locks;
  }

  /**
   * What is at a path.
   *
   * @param name the path's last, a byte string
   * @param linkTarget where a link leads in the end, from the root on; else empty
   */
  public record Found(String name, FileStatus status, String linkTarget) {}

  /**
   * @throws NotFound in Docker's words
   */
  public Found find(String reference, String path) {
    var asked = CopyPath.parse(path);
    try (var files = open(reference, true)) {
      return files.find(asked, path);
    }
  }

  /** Something that is about to be packed. To be closed. */
  public interface Packing extends AutoCloseable {
    /** Writes a tar of it; as much of a large file is in memory as a buffer holds. */
    void writeTo(OutputStream out) throws IOException;

    @Override
    void close();
  }

  /** A file or folder, and how it is packed. */
  public record Packed(Found found, Packing packing) implements AutoCloseable {
    @Override
    public void close() {
      packing.close();
    }
  }

  /**
   * Opens a file or folder to be packed under its name; a folder whose path ends with {@code /.}
   * under the name {@code .}.
   *
   * @throws NotFound in Docker's words
   */
  public Packed pack(String reference, String path) {
    var asked = CopyPath.parse(path).absolute();
    var files = open(reference, true);
    try {
      var found = files.find(asked, path);
      rooms.events().container(files.row, "archive-path");
      return new Packed(found, files.packing(packer -> add(files.root(), asked, found, packer)));
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private static void add(Directory root, CopyPath path, Found found, Packer packer)
      throws IOException {
    if (found.status().isDirectory()) {
      try (var directory = root.inside(path.text())) {
        packer.addDirectory(directory, path.base().equals("/") ? "" : path.base());
      }
    } else {
      try (var parent = root.inside(path.parent())) {
        packer.add(parent, path.base(), path.base());
      }
    }
  }

  /** Opens all of a container's own files to be packed; what is mounted there is not among them. */
  public Packing export(String reference) {
    var files = open(reference, false);
    return files.packing(
        packer -> {
          packer.addBelow(files.root(), "");
          rooms.events().container(files.row, "export");
        });
  }

  /** What it has otherwise than its image. */
  public List<FileChange> changes(String reference) {
    var row = References.resolve(rooms.store(), reference);
    return rooms.roots().changes(row.id(), rooms.images().ofContainer(row.imageId()));
  }

  /**
   * Unpacks an archive, plain or compressed, into a folder.
   *
   * @param isKindKept whether a folder may not take another thing's place, nor the other way
   * @param isOwnedByUser whether all of it gets the container's user and group
   * @throws NotFound in Docker's words
   * @throws Forbidden likewise, where the root or the mount there is read-only
   * @throws InvalidRequest if it is no folder, or the archive is broken or hostile
   */
  public void unpack(
      String reference,
      String path,
      boolean isKindKept,
      boolean isOwnedByUser,
      InputStream archive) {
    var asked = CopyPath.parse(path);
    try (var files = open(reference, true)) {
      EntryPath folder = files.folder(asked, path);
      var unpacker =
          new RootUnpacker(
              files.root(),
              folder,
              isKindKept,
              isOwnedByUser ? files.user() : new Owner.Archived(),
              UnaryOperator.identity(),
              LOG::warn);
      unpacker.unpack(new TarReader(files.valid(Compression.unpack(archive)), false));
      rooms.events().container(files.row, "extract-to-dir");
    } catch (IOException e) {
      throw new InvalidRequest("the archive is truncated or broken: " + e.getMessage(), e);
    }
  }

  private Opened open(String reference, boolean withMounts) {
    String id = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      var kept = Kept.of(row);
      var mounts = ContainerMounts.of(kept, rooms.folder(id));
      try {
        var view =
            rooms
                .roots()
                .view(
                    id,
                    rooms.images().ofContainer(row.imageId()),
                    withMounts ? bound(mounts) : List.of(),
                    withMounts && kept.spec().isolation().isRootReadOnly());
        return new Opened(reference, row, kept, mounts, view);
      } catch (RuntimeException e) {
        unmountUnlessAtWork(id);
        throw e;
      }
    }
  }

  /** The files of the network are there from the first start on. */
  private static List<RootView.Bound> bound(List<BindMount> mounts) {
    return mounts.stream()
        .filter(mount -> Files.exists(mount.source()))
        .map(mount -> new RootView.Bound(mount.source(), mount.target(), mount.isReadOnly()))
        .toList();
  }

  /** The caller holds the lock. */
  private void unmountUnlessAtWork(String id) {
    boolean isAtWork =
        rooms
            .store()
            .read(records -> records.container(id))
            .map(row -> Lives.hasProcess(row.state()))
            .orElse(false);
    if (!isAtWork) {
      rooms.roots().unmount(id);
    }
  }

  private interface Work {
    void on(Packer packer) throws IOException;
  }

  /** One container's files, open. */
  private final class Opened implements AutoCloseable {
    private final String reference;
    private final ContainerRow row;
    private final Kept kept;
    private final List<BindMount> mounts;
    private final RootView view;

    Opened(String reference, ContainerRow row, Kept kept, List<BindMount> mounts, RootView view) {
      this.reference = reference;
      this.row = row;
      this.kept = kept;
      this.mounts = mounts;
      this.view = view;
    }

    Directory root() {
      return view.root();
    }

    Found find(CopyPath asked, String path) {
      try (var file = root().find(asked.text())) {
        var status = FileStatus.of(file);
        String target = status.isSymlink() ? "/" + RealPath.of(root(), asked.text()) : "";
        return new Found(asked.base(), status, target);
      } catch (KernelException e) {
        throw refusal(e, path);
      }
    }

    /** The folder that a path means, all links followed; it may be written. */
    EntryPath folder(CopyPath asked, String path) {
      EntryPath folder = RealPath.of(root(), asked.text());
      try (var file = root().find(folder.toString())) {
        if (!FileStatus.of(file).isDirectory()) {
          throw new InvalidRequest("extraction point is not a directory");
        }
      } catch (KernelException e) {
        throw refusal(e, path);
      }
      checkWritable("/" + folder);
      return folder;
    }

    private void checkWritable(String folder) {
      Optional<BindMount> mount =
          mounts.stream()
              .filter(each -> (folder + "/").startsWith(each.target() + "/"))
              .max(Comparator.comparingInt(each -> each.target().length()));
      if (mount.isPresent() && mount.get().isReadOnly()) {
        throw new Forbidden("mounted volume is marked read-only");
      }
      if (mount.isEmpty() && kept.spec().isolation().isRootReadOnly()) {
        throw new Forbidden("container rootfs is marked read-only");
      }
    }

    private RuntimeException refusal(KernelException e, String path) {
      return switch (e.errno()) {
        case Errno.ENOENT ->
            new NotFound("Could not find the file %s in container %s".formatted(path, reference));
        case Errno.ENOTDIR -> new InvalidRequest(path + ": not a directory");
        case Errno.ELOOP -> new InvalidRequest(path + ": too many levels of symbolic links");
        case Errno.ENAMETOOLONG -> new InvalidRequest(path + ": file name too long");
        default -> e;
      };
    }

    /** Its user as its own files name it; root's is whoever the archive names. */
    Owner user() {
      String user = kept.plan().user();
      if (user.isEmpty()) {
        return new Owner.Archived();
      }
      var found = ProcessUser.lookUp(Path.of("/proc/self/fd/" + root().number()), user);
      return new Owner.Fixed(found.uid(), found.gid());
    }

    /** The same bytes for as long as the container is there. */
    InputStream valid(InputStream in) {
      return new FilterInputStream(in) {
        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int count = in.read(buffer, offset, length);
          view.checkValid();
          return count;
        }
      };
    }

    Packing packing(Work work) {
      return new Packing() {
        @Override
        public void writeTo(OutputStream out) throws IOException {
          try (var packer = new Packer(out, LOG::info)) {
            work.on(packer);
            packer.finish();
          }
        }

        @Override
        public void close() {
          Opened.this.close();
        }
      };
    }

    @Override
    public void close() {
      view.close();
      rooms.roots().leave(row.id(), view);
      try (var _ = locks.hold(row.id())) {
        unmountUnlessAtWork(row.id());
      } catch (Unavailable closing) {
        LOG.debug("the next engine unmounts the root of {}", Lives.shortId(row.id()));
      }
    }
  }
}
