package io.fairlead.linux;

import static io.fairlead.linux.Errno.ENOENT;
import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fairlead.linux.Directory.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What statx(2) says of a file.
 *
 * @param mode its type (one of the {@code S_IF}) and its twelve permission bits
 * @param links how many names it has
 * @param device and {@code inode}: the same for all its names, and for nothing else
 * @param major and {@code minor}: which device it is, where it is one
 */
public record FileStatus(
    int mode,
    long sizeBytes,
    int links,
    int uid,
    int gid,
    long device,
    long inode,
    int major,
    int minor,
    long modifiedSecond,
    int modifiedNanos) {

  /** Of an open file. */
  public static FileStatus of(Fd file) {
    return read(file.number(), "", Libc.AT_EMPTY_PATH, "descriptor").orElseThrow();
  }

  /** Of what a directory has by a name, a link itself where it is one; empty if nothing. */
  static Optional<FileStatus> read(int directory, String name, String shown) {
    return read(directory, name, Libc.AT_SYMLINK_NOFOLLOW, shown);
  }

  private static Optional<FileStatus> read(int directory, String name, int flags, String shown) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(256, 8);
      int result = Libc.statx(directory, name, flags, Libc.STATX_BASIC_STATS, status);
      if (result == -ENOENT) {
        return Optional.empty();
      }
      check(result, "stat", shown);
      return Optional.of(of(status));
    }
  }

  /** The offsets are those of struct statx in linux/stat.h. */
  private static FileStatus of(MemorySegment status) {
    return new FileStatus(
        status.get(JAVA_SHORT, 28) & 0xffff,
        status.get(JAVA_LONG, 40),
        status.get(JAVA_INT, 16),
        status.get(JAVA_INT, 20),
        status.get(JAVA_INT, 24),
        (long) status.get(JAVA_INT, 136) << 32 | Integer.toUnsignedLong(status.get(JAVA_INT, 140)),
        status.get(JAVA_LONG, 32),
        status.get(JAVA_INT, 128),
        status.get(JAVA_INT, 132),
        status.get(JAVA_LONG, 112),
        status.get(JAVA_INT, 120));
  }

  /** One of the {@code S_IF} types. */
  public int type() {
    return mode & Libc.S_IFMT;
  }

  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == Libc.S_IFDIR;
  }

  public boolean isSymlink() {
    return type() == Libc.S_IFLNK;
  }

  public boolean isFile() {
    return type() == Libc.S_IFREG;
  }

  public Kind kind() {
    return switch (type()) {
      case Libc.S_IFREG -> Kind.FILE;
      case Libc.S_IFDIR -> Kind.DIRECTORY;
      case Libc.S_IFLNK -> Kind.SYMLINK;
      case Libc.S_IFCHR -> major == 0 && minor == 0 ? Kind.WHITEOUT : Kind.OTHER;
      default -> Kind.OTHER;
    };
  }
}
