package io.fairlead.api;

import io.fairlead.linux.FileStatus;
import io.fairlead.linux.Libc;
import java.util.Map;

/**
 * A file's type and permissions as Go's {@code io/fs.FileMode} has them, in a number of 32 bits.
 */
final class GoFileMode {
  private static final long DIRECTORY = 1L << 31;
  private static final long SYMLINK = 1L << 27;
  private static final long DEVICE = 1L << 26;
  private static final long NAMED_PIPE = 1L << 25;
  private static final long SOCKET = 1L << 24;
  private static final long SETUID = 1L << 23;
  private static final long SETGID = 1L << 22;
  private static final long CHARACTER_DEVICE = 1L << 21;
  private static final long STICKY = 1L << 20;
  private static final long IRREGULAR = 1L << 19;

  private static final Map<Integer, Long> TYPES =
      Map.of(
          Libc.S_IFREG, 0L,
          Libc.S_IFDIR, DIRECTORY,
          Libc.S_IFLNK, SYMLINK,
          Libc.S_IFBLK, DEVICE,
          Libc.S_IFCHR, DEVICE | CHARACTER_DEVICE,
          Libc.S_IFIFO, NAMED_PIPE,
          Libc.S_IFSOCK, SOCKET);

  private GoFileMode() {}

  static long of(FileStatus status) {
    int permissions = status.permissions();
    return TYPES.getOrDefault(status.type(), IRREGULAR)
        | (permissions & 0777)
        | ((permissions & 04000) != 0 ? SETUID : 0)
        | ((permissions & 02000) != 0 ? SETGID : 0)
        | ((permissions & 01000) != 0 ? STICKY : 0);
  }
}
