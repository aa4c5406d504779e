package io.fairlead.image;

import static io.fairlead.archive.EntryPath.refused;

import io.fairlead.EngineFault;
import io.fairlead.archive.EntryMaker;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.Owner;
import io.fairlead.archive.TarEntry;
import io.fairlead.archive.TarReader;
import io.fairlead.linux.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
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

  private final TarReader tar;
  private final Path target;
  private final Marks marks;
  private final Optional<RecipeWriter> recipe;
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
        var maker =
            new EntryMaker(tar, tree, target, new Owner.Archived(), LOG::warn, new Recording())) {
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        unpack(tree, maker, entry.get());
      }
      return maker.finish();
    }
  }

  /** The recipe has files' content by their names only. */
  private final class Recording implements EntryMaker.Watch {
    @Override
    public void begins(EntryPath at, long sizeBytes) throws IOException {
      if (recipe.isPresent()) {
        recipe.get().content(at, sizeBytes);
      }
    }

    @Override
    public void ends() {
      recipe.ifPresent(RecipeWriter::contentEnds);
    }
  }

  private void unpack(LayerTree tree, EntryMaker maker, TarEntry entry) throws IOException {
    var at = EntryPath.parse(entry.name());
    if (!taken.contains(entry.type())) {
      throw refused(entry.name(), "an archive of images has files only");
    }
    try {
      if (!at.isRoot() && at.last().startsWith(Marks.WHITEOUT)) {
        mark(tree, at);
      } else {
        maker.make(at, entry, entry.link());
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
}
