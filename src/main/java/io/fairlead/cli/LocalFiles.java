package io.fairlead.cli;

import io.fairlead.archive.CopyPath;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.Owner;
import io.fairlead.archive.Packer;
import io.fairlead.archive.RealPath;
import io.fairlead.archive.RootUnpacker;
import io.fairlead.archive.TarReader;
import io.fairlead.cli.CopyPlan.Destination;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.FileStatus;
import io.fairlead.linux.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The files on our side of a copy. */
final class LocalFiles implements AutoCloseable {
  private final Directory root = Directory.open(Path.of("/"));

  /** A path as it was typed, from the root on. */
  static CopyPath absolute(String path) {
    String from = path.startsWith("/") ? "" : System.getProperty("user.dir") + "/";
    return CopyPath.parse(from + path).absolute();
  }

  Optional<FileStatus> status(CopyPath path) {
    try (Fd file = root.find(path.text())) {
      return Optional.of(FileStatus.of(file));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Where the links at a path's end lead; its own end is kept. */
  CopyPath followed(CopyPath path) {
    String end = path.base().equals(".") ? "/." : path.text().endsWith("/") ? "/" : "";
    return new CopyPath("/" + RealPath.of(root, path.text()) + end);
  }

  Destination destination(CopyPath path) {
    Optional<FileStatus> status = status(followed(path));
    return status.isEmpty()
        ? Destination.NOTHING
        : status.get().isDirectory() ? Destination.FOLDER : Destination.FILE;
  }

  /**
   * @throws CommandFailure in docker's words
   */
  void checkFolder(String folder) {
    if (status(new CopyPath(folder + "/")).isEmpty()) {
      throw new CommandFailure(
          "invalid output path: directory \"%s\" does not exist"
              .formatted(new CopyPath(folder).shown()));
    }
  }

  /**
   * Packs a file, or a folder with all that is in it.
   *
   * @param as its name in the archive
   */
  void pack(CopyPath path, boolean isFolder, String as, OutputStream out) throws IOException {
    try (var packer = new Packer(out, Say::line)) {
      if (isFolder) {
        try (var folder = root.inside(path.text())) {
          packer.addDirectory(folder, as);
        }
      } else {
        try (var parent = root.inside(path.parent())) {
          packer.add(parent, path.base(), as);
        }
      }
      packer.finish();
    }
  }

  /** Unpacks into a folder that is there; all of it is ours. */
  void unpack(InputStream archive, String folder, UnaryOperator<EntryPath> rename)
      throws IOException {
    new RootUnpacker(root, RealPath.of(root, folder), true, new Owner.Unpacker(), rename, Say::line)
        .unpack(new TarReader(archive, true));
  }

  @Override
  public void close() {
    root.close();
  }
}
