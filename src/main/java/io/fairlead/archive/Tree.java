package io.fairlead.archive;

import io.fairlead.linux.Directory;
import io.fairlead.linux.Fd;
import java.util.Optional;

/**
 * A tree of files while an archive is unpacked into it. Each verb makes what an entry says at its
 * place, instead of what is there, and nothing anywhere else. A place that is answered is good
 * until the next one is asked for.
 */
public interface Tree {
  /** What is made at a place: the directory it is in, open, and its name there. */
  record Place(Directory directory, String name) {}

  /**
   * @param at where it is, by real names
   * @param fd open for writing; the caller closes it
   */
  record NewFile(Place place, EntryPath at, Fd fd) {}

  /** Makes a directory, or keeps the one that is there. */
  Place directory(EntryPath at);

  NewFile file(EntryPath at);

  Place symlink(EntryPath at, String target);

  /** Gives an entry that is there already a second name. */
  void hardLink(EntryPath at, String target);

  /**
   * @param type one of the {@code S_IF} types
   */
  Place node(EntryPath at, int type, int major, int minor);

  /** A directory that is still where it was made. */
  Optional<Place> made(EntryPath at);
}
