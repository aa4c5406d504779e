package io.fairlead.archive;

import io.fairlead.linux.ByteString;
import java.util.Map;

/**
 * The head of one entry of a tar archive.
 *
 * @param name as it stands in the archive: a byte string (one char a byte)
 * @param link the target of a symbolic link, or the name of the entry that a hard link repeats;
 *     else empty; a byte string
 * @param permissions the low twelve bits
 * @param attributes extended attributes by name, their values in bytes
 */
public record TarEntry(
    String name,
    Type type,
    String link,
    int permissions,
    long uid,
    long gid,
    long modifiedSecond,
    int modifiedNanos,
    long sizeBytes,
    int major,
    int minor,
    Map<String, byte[]> attributes) {

  public enum Type {
    FILE,
    HARD_LINK,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }

  /** A byte string in words for people. */
  public static String shown(String byteString) {
    String text = ByteString.text(byteString);
    String clean =
        text.codePoints()
            .limit(200)
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return text.length() > clean.length() ? clean + "..." : clean;
  }
}
