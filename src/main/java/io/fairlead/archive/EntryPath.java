package io.fairlead.archive;

import io.fairlead.InvalidRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * A place inside a tree: names from its root down, none of them {@code .} or {@code ..}; empty is
 * the root. Byte strings, as in the archive.
 */
public record EntryPath(List<String> names) {
  /** Leaves room under the kernel's PATH_MAX of 4096 for where the tree itself lies. */
  public static final int MAX_BYTES = 3800;

  private static final int MAX_NAME_BYTES = 255;

  public EntryPath {
    names = List.copyOf(names);
    int bytes = 0;
    for (String name : names) {
      if (name.length() > MAX_NAME_BYTES) {
        throw refused(String.join("/", names), "a name in it is longer than 255 bytes");
      }
      bytes += name.length() + 1;
    }
    if (bytes > MAX_BYTES) {
      throw refused(String.join("/", names), "it is longer than %d bytes".formatted(MAX_BYTES));
    }
  }

  /**
   * Reads the name of an archive's entry.
   *
   * @throws InvalidRequest if it is absolute or goes up
   */
  public static EntryPath parse(String name) {
    if (name.isEmpty()) {
      throw refused(name, "it has no name");
    }
    if (name.startsWith("/")) {
      throw refused(name, "its path is absolute; pack the archive from inside its root");
    }
    if (name.indexOf('\0') >= 0) {
      throw refused(name, "its name has a NUL in it");
    }
    var names = new ArrayList<String>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw refused(name, "its path goes up with \"..\"");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        names.add(part);
      }
    }
    return new EntryPath(names);
  }

  /**
   * Reads a name as a process does whose root the tree is: a slash in front says nothing, and
   * {@code a/..} is nothing.
   *
   * @throws InvalidRequest if it goes up beyond the root
   */
  public static EntryPath parseInRoot(String name) {
    if (name.indexOf('\0') >= 0) {
      throw refused(name, "its name has a NUL in it");
    }
    var names = new ArrayList<String>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (names.isEmpty()) {
          throw refused(name, "its path goes up with \"..\", out of the folder");
        }
        names.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        names.add(part);
      }
    }
    return new EntryPath(names);
  }

  public static InvalidRequest refused(String name, String why) {
    return new InvalidRequest(
        "archive entry \"%s\" is refused: %s".formatted(TarEntry.shown(name), why));
  }

  public boolean isRoot() {
    return names.isEmpty();
  }

  public EntryPath parent() {
    return new EntryPath(names.subList(0, names.size() - 1));
  }

  public String last() {
    return names.getLast();
  }

  public EntryPath sibling(String name) {
    return parent().child(name);
  }

  public EntryPath child(String name) {
    var longer = new ArrayList<>(names);
    longer.add(name);
    return new EntryPath(longer);
  }

  @Override
  public String toString() {
    return String.join("/", names);
  }
}
