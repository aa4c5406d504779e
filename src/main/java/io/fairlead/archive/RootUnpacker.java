package io.fairlead.archive;

import io.fairlead.EngineFault;
import io.fairlead.Forbidden;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Unpacks an archive into a folder of a root.
 *
 * @param root where links end
 * @param folder is there; it stays as it is, whatever the archive says of its own root
 * @param isKindKept as of {@link RootTree}
 * @param rename where an entry goes, by what it says
 * @param complaint told what is left out, where a file system or a user may not have it
 */
public record RootUnpacker(
    Directory root,
    EntryPath folder,
    boolean isKindKept,
    Owner owner,
    UnaryOperator<EntryPath> rename,
    Consumer<String> complaint) {

  /**
   * @throws io.fairlead.InvalidRequest if the archive is broken or hostile, or an entry would take
   *     the place of another kind of thing that is to stay; what came before it is unpacked
   * @throws Forbidden where it may not be written
   */
  public void unpack(TarReader tar) throws IOException {
    try (var place = root.inside(folder.toString());
        var tree = new RootTree(root, folder, isKindKept);
        var maker =
            new EntryMaker(
                tar, tree, Path.of("/proc/self/fd/" + place.number()), owner, complaint)) {
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        make(maker, entry.get());
      }
      maker.finish();
    }
  }

  private void make(EntryMaker maker, TarEntry entry) throws IOException {
    EntryPath at = rename.apply(EntryPath.parseInRoot(entry.name()));
    if (at.isRoot() && entry.type() == TarEntry.Type.DIRECTORY) {
      return;
    }
    try {
      maker.make(at, entry, link(entry));
    } catch (KernelException e) {
      String message =
          "cannot unpack \"%s\": %s".formatted(TarEntry.shown(entry.name()), e.getMessage());
      throw e.errno() == Errno.EROFS ? new Forbidden(message) : new EngineFault(message, e);
    }
  }

  private String link(TarEntry entry) {
    return entry.type() == TarEntry.Type.HARD_LINK
        ? rename.apply(EntryPath.parseInRoot(entry.link())).toString()
        : entry.link();
  }
}
