package io.fairlead.archive;

import static io.fairlead.archive.EntryPath.refused;

import io.fairlead.InvalidRequest;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Directory.Kind;
import io.fairlead.linux.Errno;
import io.fairlead.linux.KernelException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a root file system while an archive is unpacked into it. Links that are there lead
 * where they would lead a process whose root this is, also out of the folder, but never out of the
 * root; that holds while such a process moves things about.
 */
public final class RootTree implements Tree, AutoCloseable {
  private final Directory root;
  private final EntryPath folder;
  private final boolean isKindKept;
  // Entries of one directory mostly follow each other.
  private @Nullable EntryPath rememberedPath;
  private @Nullable Directory remembered;

  /**
   * @param root stays the caller's to close
   * @param folder where entries' names begin; is there
   * @param isKindKept whether a directory may not take another thing's place, nor the other way
   */
  public RootTree(Directory root, EntryPath folder, boolean isKindKept) {
    this.root = root;
    this.folder = folder;
    this.isKindKept = isKindKept;
  }

  @Override
  public Place directory(EntryPath at) {
    var place = place(at);
    Optional<Kind> kind = place.directory().kind(place.name());
    if (kind.equals(Optional.of(Kind.DIRECTORY))) {
      return place;
    }
    if (kind.isPresent() && isKindKept) {
      throw cannotOverwrite("non-directory", at, "directory");
    }
    place.directory().remove(place.name());
    place.directory().makeDirectory(place.name(), 0755);
    return place;
  }

  @Override
  public NewFile file(EntryPath at) {
    var place = cleared(at);
    return new NewFile(place, at, place.directory().makeFile(place.name()));
  }

  @Override
  public Place symlink(EntryPath at, String target) {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw refused(at.toString(), "it is a link to nothing");
    }
    var place = cleared(at);
    place.directory().makeSymlink(place.name(), target);
    return place;
  }

  @Override
  public void hardLink(EntryPath at, String target) {
    EntryPath original = EntryPath.parseInRoot(target);
    String shown = TarEntry.shown(target);
    if (original.isRoot()) {
      throw refused(at.toString(), "it is a hard link to \"%s\", a directory".formatted(shown));
    }
    try (var directory = opened(original.parent(), at, false)) {
      Optional<Kind> kind = directory.kind(original.last());
      if (kind.isEmpty() || kind.equals(Optional.of(Kind.DIRECTORY))) {
        String why = kind.isEmpty() ? "which is not there" : "a directory";
        throw refused(at.toString(), "it is a hard link to \"%s\", %s".formatted(shown, why));
      }
      var place = cleared(at);
      if (directory.kind(original.last()).isEmpty()) {
        throw refused(at.toString(), "it is a hard link to itself");
      }
      place.directory().makeLink(directory, original.last(), place.name());
    }
  }

  @Override
  public Place node(EntryPath at, int type, int major, int minor) {
    var place = cleared(at);
    place.directory().makeNode(place.name(), type, major, minor);
    return place;
  }

  @Override
  public Optional<Place> made(EntryPath at) {
    try {
      var place = place(at);
      return Optional.of(place)
          .filter(p -> p.directory().kind(p.name()).equals(Optional.of(Kind.DIRECTORY)));
    } catch (KernelException | InvalidRequest e) {
      return Optional.empty(); // a later entry took its place
    }
  }

  private Place cleared(EntryPath at) {
    var place = place(at);
    if (isKindKept && place.directory().kind(place.name()).equals(Optional.of(Kind.DIRECTORY))) {
      throw cannotOverwrite("directory", at, "non-directory");
    }
    place.directory().remove(place.name());
    return place;
  }

  /** In Docker's words. */
  private InvalidRequest cannotOverwrite(String what, EntryPath at, String with) {
    return new InvalidRequest(
        "cannot overwrite %s \"%s\" with %s \"/%s\""
            .formatted(
                what, TarEntry.shown(at.toString()), with, TarEntry.shown(folder.toString())));
  }

  private Place place(EntryPath at) {
    if (at.isRoot()) {
      throw refused(".", "only a directory can be what the archive is unpacked into");
    }
    EntryPath parent = at.parent();
    if (!parent.equals(rememberedPath)) {
      Directory directory = opened(parent, at, true);
      close();
      rememberedPath = parent;
      remembered = directory;
    }
    return new Place(Objects.requireNonNull(remembered), at.last());
  }

  private Directory opened(EntryPath path, EntryPath asker, boolean make) {
    String whole = folder + "/" + path;
    try {
      return root.inside(whole);
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT && make && !path.isRoot()) {
        try (var above = opened(path.parent(), asker, true)) {
          makeIn(above, path, asker);
        }
        return root.inside(whole);
      }
      if (e.errno() == Errno.ENOENT && !path.isRoot()) {
        throw refused(asker.toString(), "there is no \"%s\"".formatted(shown(path)));
      }
      if (e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP) {
        String why = "\"%s\" above it is not a directory".formatted(shown(path));
        throw refused(asker.toString(), why);
      }
      throw e;
    }
  }

  private static void makeIn(Directory above, EntryPath path, EntryPath asker) {
    if (above.kind(path.last()).isPresent()) {
      throw refused(
          asker.toString(), "\"%s\" above it is a link to nothing".formatted(shown(path)));
    }
    above.makeDirectory(path.last(), 0755);
    above.setPermissions(path.last(), 0755); // whatever the umask
  }

  private static String shown(EntryPath path) {
    return TarEntry.shown(path.toString());
  }

  @Override
  public void close() {
    if (remembered != null) {
      remembered.close();
    }
    remembered = null;
    rememberedPath = null;
  }
}
