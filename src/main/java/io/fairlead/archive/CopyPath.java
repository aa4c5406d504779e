package io.fairlead.archive;

import io.fairlead.InvalidRequest;
import io.fairlead.linux.ByteString;
import java.util.ArrayDeque;

/**
 * A path as somebody says it who wants something copied. Its end counts: with a slash a link is
 * followed, and with {@code /.} what is in a folder is meant, not the folder.
 *
 * @param text a byte string
 */
public record CopyPath(String text) {

  /**
   * @throws InvalidRequest if it is empty, or no path at all
   */
  public static CopyPath parse(String path) {
    if (path.isEmpty()) {
      throw new InvalidRequest("bad parameter: path cannot be empty");
    }
    if (path.indexOf('\0') >= 0) {
      throw new InvalidRequest("bad parameter: path has a NUL in it");
    }
    return new CopyPath(ByteString.of(path));
  }

  /** From the root on, without detours ({@code a/..}), and with the end that it has. */
  public CopyPath absolute() {
    var names = new ArrayDeque<String>();
    for (String name : text.split("/", -1)) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    String clean = "/" + String.join("/", names);
    String slash = clean.equals("/") ? "" : "/";
    if (text.equals(".") || text.endsWith("/.")) {
      return new CopyPath(clean + slash + ".");
    }
    return new CopyPath(text.endsWith("/") ? clean + slash : clean);
  }

  /** The last name; {@code /} of the root. */
  public String base() {
    String bare = text.replaceFirst("/+$", "");
    return bare.isEmpty() ? "/" : bare.substring(bare.lastIndexOf('/') + 1);
  }

  /** What the last name is in. */
  public String parent() {
    String bare = text.replaceFirst("/+$", "");
    return bare.substring(0, Math.max(0, bare.lastIndexOf('/')));
  }

  /** In words for people. */
  public String shown() {
    return TarEntry.shown(text);
  }

  /** Whether it says by its end that it is a folder's. */
  public boolean isOfFolder() {
    return text.endsWith("/") || base().equals(".");
  }
}
