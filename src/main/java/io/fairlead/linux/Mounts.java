package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Mounts in the calling thread's mount namespace (mount(2), umount2(2), proc_pid_mountinfo(5)). */
public final class Mounts {
  private Mounts() {}

  /**
   * One line of the mount table.
   *
   * @param device {@code major:minor}
   * @param root what of the file system is mounted
   * @param options of this mount, comma-separated
   * @param optional {@code shared:N}, {@code master:N}, ...
   */
  public record Mount(
      String device,
      String root,
      Path target,
      String options,
      List<String> optional,
      String type,
      String source) {

    public boolean isShared() {
      return optional.stream().anyMatch(field -> field.startsWith("shared:"));
    }
  }

  public static void bind(Path source, Path target) {
    mount(source.toString(), target, "", Libc.MS_BIND, "");
  }

  /** This mount, not what else shows the same files. */
  public static void makeReadOnly(Path target) {
    mount("", target, "", Libc.MS_REMOUNT | Libc.MS_BIND | Libc.MS_RDONLY, "");
  }

  /** Mounts and unmounts below it reach the namespaces made from this one. */
  public static void makeShared(Path target) {
    mount("", target, "", Libc.MS_SHARED, "");
  }

  /** It and all below receive mounts from where this namespace was made, and send none back. */
  public static void makeSlaveRecursively(Path target) {
    mount("", target, "", Libc.MS_SLAVE | Libc.MS_REC, "");
  }

  /**
   * @param options the file system's own
   */
  public static void mount(String source, Path target, String type, long flags, String options) {
    check(
        Libc.mount(source, target.toString(), type, flags, options),
        "mount " + (type.isEmpty() ? source : type),
        target.toString());
  }

  /** Takes the mount away, at the latest when its last user has gone; false if there was none. */
  public static boolean unmount(Path target) {
    int result = Libc.umount2(target.toString(), Libc.MNT_DETACH);
    if (result == -Errno.EINVAL || result == -Errno.ENOENT) {
      return false;
    }
    check(result, "umount", target.toString());
    return true;
  }

  /** Whether something is mounted exactly here; without reading the whole table. */
  public static boolean isMounted(Path path) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(256, 8); // struct statx; stx_attributes at 8
      int result =
          Libc.statx(
              Libc.AT_FDCWD,
              path.toString(),
              Libc.AT_SYMLINK_NOFOLLOW,
              Libc.STATX_BASIC_STATS,
              status);
      if (result == -Errno.ENOENT) {
        return false;
      }
      check(result, "stat", path.toString());
      return (status.get(JAVA_LONG, 8) & Libc.STATX_ATTR_MOUNT_ROOT) != 0;
    }
  }

  /** The mount table of the calling thread's namespace, in the kernel's order. */
  public static List<Mount> table() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/mountinfo")).stream()
          .map(Mounts::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Mount parse(String line) {
    String[] halves = line.split(" - ", 2);
    String[] left = halves[0].split(" ", -1);
    String[] right = halves[1].split(" ", -1);
    return new Mount(
        left[2],
        unescape(left[3]),
        Path.of(unescape(left[4])),
        left[5],
        List.of(left).subList(6, left.length),
        right[0],
        unescape(right[1]));
  }

  /** The kernel writes blanks and backslashes as three octal digits. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    byte[] in = field.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '\\' && i + 3 < in.length) {
        out[length++] =
            (byte) (((in[i + 1] - '0') << 6) | ((in[i + 2] - '0') << 3) | (in[i + 3] - '0'));
        i += 3;
      } else {
        out[length++] = in[i];
      }
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }
}
