package io.fairlead.image;

import io.fairlead.archive.EntryPath;
import io.fairlead.linux.Directory;
import io.fairlead.linux.Directory.Kind;
import io.fairlead.linux.FileStatus;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** An image's layers as a container finds them below what it writes. */
final class Below implements AutoCloseable {
  private final List<Directory> layers;

  /** What one layer says of a path. */
  private sealed interface Word {
    /**
     * @param hides whether nothing of the layers below shows there
     */
    record Found(FileStatus status, boolean hides) implements Word {}

    /** It is not there, whatever the layers below have. */
    record Hidden() implements Word {}

    /** Nothing: ask the next layer. */
    record Silence() implements Word {}
  }

  Below(List<Path> uppermostFirst) {
    this.layers = uppermostFirst.stream().map(Directory::open).toList();
  }

  Optional<FileStatus> status(EntryPath at) {
    for (var layer : layers) {
      switch (word(layer, at)) {
        case Word.Found found -> {
          return Optional.of(found.status());
        }
        case Word.Hidden _ -> {
          return Optional.empty();
        }
        case Word.Silence _ -> {}
      }
    }
    return Optional.empty();
  }

  /** The names in a directory, all layers together. */
  Set<String> names(EntryPath at) {
    Map<String, Boolean> names = new HashMap<>();
    for (var layer : layers) {
      if (word(layer, at) instanceof Word.Found(var status, var hides) && status.isDirectory()) {
        try (var directory = layer.inside(at.toString())) {
          addNames(directory, names);
        }
        if (hides) {
          break;
        }
      } else if (!(word(layer, at) instanceof Word.Silence)) {
        break;
      }
    }
    var there = new TreeSet<String>();
    names.forEach((name, isThere) -> there.addAll(isThere ? List.of(name) : List.of()));
    return there;
  }

  private static void addNames(Directory directory, Map<String, Boolean> names) {
    for (String name : directory.names()) {
      if (name.startsWith(Marks.WHITEOUT)) {
        names.putIfAbsent(name.substring(Marks.WHITEOUT.length()), false);
      } else {
        names.putIfAbsent(name, !directory.kind(name).equals(Optional.of(Kind.WHITEOUT)));
      }
    }
  }

  private static Word word(Directory layer, EntryPath at) {
    boolean hides = false;
    FileStatus status = layer.status(".").orElseThrow();
    Directory parent = layer.child(".");
    try {
      for (int i = 0; i < at.names().size(); i++) {
        String name = at.names().get(i);
        Optional<FileStatus> next = parent.status(name);
        boolean isDeleted = parent.kind(Marks.WHITEOUT + name).isPresent();
        if (next.isEmpty() && !isDeleted) {
          return hides ? new Word.Hidden() : new Word.Silence();
        }
        if (next.isEmpty() || next.get().kind() == Kind.WHITEOUT) {
          return new Word.Hidden();
        }
        status = next.get();
        hides |= isDeleted || !status.isDirectory() || Marks.hidesBelow(parent, name);
        if (i < at.names().size() - 1) {
          if (!status.isDirectory()) {
            return new Word.Hidden();
          }
          Directory child = parent.child(name);
          parent.close();
          parent = child;
        }
      }
      return new Word.Found(status, hides);
    } finally {
      parent.close();
    }
  }

  @Override
  public void close() {
    layers.forEach(Directory::close);
  }
}
