package io.fairlead.image;

import io.fairlead.archive.EntryPath;
import io.fairlead.image.FileChange.Kind;
import io.fairlead.linux.Directory;
import io.fairlead.linux.FileStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what a container has otherwise than its image, in the directory that overlayfs writes to,
 * or in the container's copy of the image.
 */
final class Differences {
  /** What the runtime makes to mount on, where the image has none; Docker has it in a layer. */
  private static final Set<String> MADE_TO_MOUNT_ON =
      Set.of("/dev", "/proc", "/sys", "/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf");

  private final Below below;
  private final boolean isCopy;

  /**
   * @param isCopy whether all of the image's files are in the container's directory too
   */
  Differences(Below below, boolean isCopy) {
    this.below = below;
    this.isCopy = isCopy;
  }

  /** By path, what a directory has in it after the directory itself. */
  List<FileChange> of(Directory root) {
    return in(root, new EntryPath(List.of()), isCopy).changes();
  }

  /**
   * What was found in a directory.
   *
   * @param isListChanged whether it has other names in it than before
   * @param hasPassedOver whether something was there that the runtime made
   */
  private record Found(List<FileChange> changes, boolean isListChanged, boolean hasPassedOver) {}

  private Found in(Directory directory, EntryPath at, boolean hidesBelow) {
    var changes = new ArrayList<FileChange>();
    boolean isListChanged = false;
    boolean hasPassedOver = false;
    List<String> names = directory.names();
    for (String name : names) {
      Optional<FileStatus> status = directory.status(name);
      if (status.isEmpty()) {
        continue; // the container may be at work
      }
      List<FileChange> found = of(directory, at.child(name), status.get());
      boolean isNew = below.status(at.child(name)).isEmpty();
      hasPassedOver |= isNew && found.isEmpty();
      isListChanged |= found.stream().anyMatch(each -> isOf(each, at.child(name)));
      changes.addAll(found);
    }
    if (hidesBelow) {
      var own = Set.copyOf(names);
      for (String name : below.names(at)) {
        if (!own.contains(name)) {
          changes.add(new FileChange(Kind.DELETED, "/" + at.child(name)));
          isListChanged = true;
        }
      }
    }
    return new Found(changes, isListChanged, hasPassedOver);
  }

  /** Whether it says that this very name has come or gone. */
  private static boolean isOf(FileChange change, EntryPath at) {
    return change.kind() != Kind.MODIFIED && change.path().equals("/" + at);
  }

  private List<FileChange> of(Directory parent, EntryPath at, FileStatus status) {
    String path = "/" + at;
    Optional<FileStatus> before = below.status(at);
    if (!isCopy && status.kind() == Directory.Kind.WHITEOUT) {
      return before.isPresent() ? List.of(new FileChange(Kind.DELETED, path)) : List.of();
    }
    boolean wasDirectory = before.map(FileStatus::isDirectory).orElse(false);
    var inside =
        status.isDirectory()
            ? inside(parent, at, wasDirectory)
            : new Found(List.of(), false, false);
    var all = new ArrayList<FileChange>();
    if (before.isEmpty()) {
      boolean isMadeToMountOn =
          MADE_TO_MOUNT_ON.contains(path)
              && inside.changes().isEmpty()
              && (status.isDirectory() || status.sizeBytes() == 0);
      if (!isMadeToMountOn) {
        all.add(new FileChange(Kind.ADDED, path));
      }
    } else if (isModified(status, before.get(), inside)) {
      all.add(new FileChange(Kind.MODIFIED, path));
    }
    all.addAll(inside.changes());
    return all;
  }

  private Found inside(Directory parent, EntryPath at, boolean wasDirectory) {
    boolean hides = wasDirectory && (isCopy || Marks.hidesBelow(parent, at.last()));
    try (var directory = parent.child(at.last())) {
      return in(directory, at, hides);
    }
  }

  private boolean isModified(FileStatus now, FileStatus before, Found inside) {
    boolean areDirectories = now.isDirectory() && before.isDirectory();
    if (!areDirectories && !isCopy) {
      return true; // overlayfs has a file of its own only where it was opened to be written
    }
    boolean isOtherwise =
        now.mode() != before.mode() || now.uid() != before.uid() || now.gid() != before.gid();
    boolean isLater =
        now.modifiedSecond() != before.modifiedSecond()
            || now.modifiedNanos() != before.modifiedNanos();
    if (areDirectories) {
      return isOtherwise || inside.isListChanged() || (isLater && !inside.hasPassedOver());
    }
    return isOtherwise
        || isLater
        || now.sizeBytes() != before.sizeBytes()
        || now.major() != before.major()
        || now.minor() != before.minor();
  }
}
