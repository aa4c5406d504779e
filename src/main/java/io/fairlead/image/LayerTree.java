package io.fairlead.image;

import static io.fairlead.archive.EntryPath.refused;

import io.fairlead.InvalidRequest;
import io.fairlead.archive.EntryPath;
import io.fairlead.archive.TarEntry;
import io.fairlead.archive.Tree;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Directory.Kind;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A layer's directory while it is filled: makes what an entry says at its place, and nothing
 * anywhere else. Parents are walked one name at a time without following links; a link on the way
 * is read and, where it stays inside, walked in the same manner.
 */
final class LayerTree implements Tree, AutoCloseable {
  private static final int MAX_LINKS = 40; // the kernel's MAXSYMLINKS

  private final Directory root;
  private final Marks marks;
  private final Replaced replaced;
  // Entries of one directory mostly follow each other.
  private @Nullable EntryPath rememberedPath;
  private @Nullable Directory remembered;
  private EntryPath rememberedReal = new EntryPath(List.of());

  LayerTree(Path path, Marks marks) {
    this(path, marks, (_, directory, name) -> directory.remove(name));
  }

  /**
   * @param replaced what becomes of a file or directory whose place another entry takes
   */
  LayerTree(Path path, Marks marks, Replaced replaced) {
    this.marks = marks;
    this.replaced = replaced;
    this.root = Directory.open(path);
  }

  /** Takes something of this layer out of its place. */
  interface Replaced {
    /**
     * @param at where it is, by real names
     */
    void take(EntryPath at, Directory directory, String name);
  }

  @Override
  public Place directory(EntryPath at) {
    if (at.isRoot()) {
      return new Place(root, ".");
    }
    var place = place(at);
    var kind = place.directory().kind(place.name());
    if (kind.equals(Optional.of(Kind.DIRECTORY))) {
      return place;
    }
    clear(place);
    place.directory().makeDirectory(place.name(), 0755);
    if (kind.equals(Optional.of(Kind.WHITEOUT))) {
      // The lower layers' directory is gone: this one does not merge with it.
      marks.hideBelow(place.directory(), place.name());
    }
    return place;
  }

  /** Reached without any link. */
  @Override
  public Optional<Place> made(EntryPath at) {
    var parent = root;
    try {
      for (String name : at.isRoot() ? at.names() : at.parent().names()) {
        var next = parent.child(name);
        close(parent);
        parent = next;
      }
    } catch (KernelException e) {
      close(parent);
      return Optional.empty(); // a later entry took its place
    }
    forget();
    remembered = parent;
    return at.isRoot()
        ? Optional.of(new Place(root, "."))
        : Optional.of(new Place(parent, at.last()))
            .filter(
                place -> place.directory().kind(place.name()).equals(Optional.of(Kind.DIRECTORY)));
  }

  @Override
  public NewFile file(EntryPath at) {
    var place = cleared(at);
    return new NewFile(place, real(place), place.directory().makeFile(place.name()));
  }

  @Override
  public Place symlink(EntryPath at, String target) {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw refused(at.toString(), "it is a link to nothing");
    }
    if (target.length() > EntryPath.MAX_BYTES) {
      throw refused(at.toString(), "its target is longer than 3800 bytes");
    }
    var place = cleared(at);
    place.directory().makeSymlink(place.name(), target);
    return place;
  }

  @Override
  public void hardLink(EntryPath at, String target) {
    EntryPath original;
    try {
      original = EntryPath.parse(target);
    } catch (InvalidRequest e) {
      throw refused(
          at.toString(),
          "it is a hard link to \"%s\", outside the root".formatted(TarEntry.shown(target)));
    }
    var from = original.isRoot() ? Optional.<Place>empty() : existing(original, at);
    if (from.isEmpty()) {
      throw notThere(at, target);
    }
    var directory = from.get().directory();
    try {
      var kind = directory.kind(original.last());
      if (kind.isEmpty()) {
        throw notThere(at, target);
      }
      if (kind.get() == Kind.DIRECTORY) {
        throw refused(
            at.toString(),
            "it is a hard link to \"%s\", a directory".formatted(TarEntry.shown(target)));
      }
      var place = cleared(at);
      if (directory.kind(original.last()).isEmpty()) {
        throw refused(at.toString(), "it is a hard link to itself");
      }
      place.directory().makeLink(directory, original.last(), place.name());
    } finally {
      close(directory);
    }
  }

  private static InvalidRequest notThere(EntryPath at, String target) {
    return refused(
        at.toString(),
        "it is a hard link to \"%s\", and no entry before it has that name"
            .formatted(TarEntry.shown(target)));
  }

  @Override
  public Place node(EntryPath at, int type, int major, int minor) {
    var place = cleared(at);
    place.directory().makeNode(place.name(), type, major, minor);
    return place;
  }

  /** Marks a name as deleted from the layers below. What this layer itself has there stays. */
  void whiteout(EntryPath at) {
    var place = place(at);
    marks.delete(place.directory(), place.name());
  }

  /** Hides what the layers below have in a directory. */
  void opaque(EntryPath at) {
    var place = directory(at);
    marks.hideBelow(place.directory(), place.name());
  }

  /** Opens a file that is here, following links that stay inside. */
  Optional<Fd> read(EntryPath asked) {
    var at = asked;
    for (int links = 0; links <= MAX_LINKS && !at.isRoot(); links++) {
      var place = existing(at, asked);
      if (place.isEmpty()) {
        return Optional.empty();
      }
      var directory = place.get().directory();
      try {
        var kind = directory.kind(at.last());
        if (kind.equals(Optional.of(Kind.FILE))) {
          return Optional.of(directory.openFile(at.last()));
        }
        if (!kind.equals(Optional.of(Kind.SYMLINK))) {
          return Optional.empty();
        }
        at =
            new EntryPath(
                through(at.names(), at.names().size() - 1, directory.readLink(at.last()), asked));
      } finally {
        close(directory);
      }
    }
    return Optional.empty();
  }

  private Place cleared(EntryPath at) {
    if (at.isRoot()) {
      throw refused(".", "the root can only be a directory");
    }
    var place = place(at);
    clear(place);
    return place;
  }

  private void clear(Place place) {
    var kind = place.directory().kind(place.name());
    if (kind.equals(Optional.of(Kind.FILE)) || kind.equals(Optional.of(Kind.DIRECTORY))) {
      replaced.take(real(place), place.directory(), place.name());
    } else {
      place.directory().remove(place.name());
    }
  }

  /** Where a place is that was asked for last, without any link on the way. */
  private EntryPath real(Place place) {
    return rememberedReal.child(place.name());
  }

  private Place place(EntryPath at) {
    var parent = at.parent();
    if (!parent.equals(rememberedPath)) {
      var opened = walk(parent, at, true).orElseThrow();
      forget();
      rememberedPath = parent;
      remembered = opened.directory();
      rememberedReal = opened.real();
    }
    return new Place(Objects.requireNonNull(remembered), at.last());
  }

  private Optional<Place> existing(EntryPath at, EntryPath asker) {
    return walk(at.parent(), asker, false).map(walked -> new Place(walked.directory(), at.last()));
  }

  /** A directory, and its path without links. */
  private record Walked(Directory directory, EntryPath real) {}

  /** Opens a directory of the tree; the caller closes it with {@link #close(Directory)}. */
  private Optional<Walked> walk(EntryPath to, EntryPath asker, boolean make) {
    List<String> names = to.names();
    int links = 0;
    Directory at = root;
    try {
      for (int i = 0; i < names.size(); i++) {
        var next = step(at, names.get(i), asker, make);
        String target = "";
        if (next.isEmpty()) {
          if (!at.kind(names.get(i)).equals(Optional.of(Kind.SYMLINK))) {
            close(at);
            return Optional.empty();
          }
          if (++links > MAX_LINKS) {
            throw refused(asker.toString(), "too many links lead to it");
          }
          target = at.readLink(names.get(i));
        }
        close(at);
        at = next.orElse(root);
        if (next.isEmpty()) {
          names = through(names, i, target, asker);
          i = -1;
        }
      }
      return Optional.of(new Walked(at, new EntryPath(names)));
    } catch (RuntimeException e) {
      close(at);
      throw e;
    }
  }

  /** Empty: nothing is there, or a link. */
  private Optional<Directory> step(Directory at, String name, EntryPath asker, boolean make) {
    try {
      return Optional.of(at.child(name));
    } catch (KernelException e) {
      switch (e.errno()) {
        case Errno.ENOENT -> {
          if (!make) {
            return Optional.empty();
          }
          at.makeDirectory(name, 0755);
        }
        case Errno.ENOTDIR, Errno.ELOOP -> {
          var kind = at.kind(name);
          if (kind.equals(Optional.of(Kind.SYMLINK))) {
            return Optional.empty();
          }
          if (!make || !kind.equals(Optional.of(Kind.WHITEOUT))) {
            throw refused(
                asker.toString(),
                "\"%s\" above it is not a directory".formatted(TarEntry.shown(name)));
          }
          at.remove(name);
          at.makeDirectory(name, 0755);
          marks.hideBelow(at, name);
        }
        default -> throw e;
      }
      at.setPermissions(name, 0755); // whatever the umask
      return Optional.of(at.child(name));
    }
  }

  /** The path that a link at place {@code i} leads to. */
  private static List<String> through(List<String> names, int i, String target, EntryPath asker) {
    var real = new ArrayList<>(names.subList(0, i)); // none of these is a link
    boolean leaves = target.startsWith("/");
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        leaves |= real.isEmpty();
        if (!real.isEmpty()) {
          real.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        real.add(part);
      }
    }
    if (leaves) {
      throw refused(
          asker.toString(),
          "\"%s\" above it is a link to \"%s\", out of the root"
              .formatted(TarEntry.shown(names.get(i)), TarEntry.shown(target)));
    }
    real.addAll(names.subList(i + 1, names.size()));
    return new EntryPath(real).names();
  }

  private void forget() {
    if (remembered != null) {
      close(remembered);
    }
    remembered = null;
    rememberedPath = null;
  }

  private void close(Directory directory) {
    if (directory != root) {
      directory.close();
    }
  }

  @Override
  public void close() {
    forget();
    root.close();
  }
}
