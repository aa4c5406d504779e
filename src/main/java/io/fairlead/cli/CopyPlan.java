package io.fairlead.cli;

import io.fairlead.archive.CopyPath;
import java.util.Optional;

/**
 * Where a copy goes.
 *
 * @param folder what the archive is unpacked into
 * @param name what the thing copied is called there; empty: as it is called now
 */
record CopyPlan(String folder, Optional<String> name) {

  /** What is at the destination. */
  enum Destination {
    FOLDER,
    /** Anything but a folder. */
    FILE,
    NOTHING
  }

  /**
   * As docker cp decides it.
   *
   * @param path of the destination, absolute
   * @throws CommandFailure if the source cannot become what the destination is to be
   */
  static CopyPlan of(boolean isSourceFolder, CopyPath path, Destination destination) {
    return switch (destination) {
      case FOLDER -> new CopyPlan(path.text(), Optional.empty());
      case FILE -> {
        if (isSourceFolder) {
          throw new CommandFailure(
              "cannot copy directory: %s is a file, and takes no folder's place"
                  .formatted(path.shown()));
        }
        yield renamed(path);
      }
      case NOTHING -> {
        if (!isSourceFolder && path.isOfFolder()) {
          throw new CommandFailure("no such directory: " + path.shown());
        }
        yield renamed(path);
      }
    };
  }

  private static CopyPlan renamed(CopyPath path) {
    if (path.base().equals(".")) {
      throw new CommandFailure("no such directory: " + path.shown());
    }
    return new CopyPlan(path.parent().isEmpty() ? "/" : path.parent(), Optional.of(path.base()));
  }
}
