package io.fairlead.linux;

import static io.fairlead.linux.Errno.EISDIR;
import static io.fairlead.linux.Errno.ENOENT;
import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An open directory, and what can be done in it by name. No operation follows a symbolic link: a
 * name is one component of a path, and where it is a link, the link itself is meant. So a tree can
 * be written that nobody's links lead out of.
 *
 * <p>Names and link targets are byte strings (one char a byte): Linux gives them no encoding.
 */
public final class Directory implements AutoCloseable {
  private final Fd fd;
  private final String shown;

  private Directory(Fd fd, String shown) {
    this.fd = fd;
    this.shown = shown;
  }

  /** What a name stands for. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    /** A character device 0:0, which overlayfs reads as "not there". */
    WHITEOUT,
    OTHER
  }

  public static Directory open(Path path) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
    return new Directory(
        new Fd(check(Libc.open(path.toString(), flags, 0), "open", path.toString())),
        path.toString());
  }

  /** Its descriptor, which stays this object's. */
  public int number() {
    return fd.number();
  }

  /**
   * Opens a directory in this one.
   *
   * @throws KernelException ENOENT; ENOTDIR also where it is a link
   */
  public Directory child(String name) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    int opened = check(Libc.openat(fd.number(), name, flags, 0), "open", at(name));
    return new Directory(new Fd(opened), at(name));
  }

  /** What is there by this name, empty if nothing is. */
  public Optional<Kind> kind(String name) {
    try (var arena = Arena.ofConfined()) {
      // struct statx of linux/stat.h: stx_mode at 28, stx_rdev_major and _minor at 128
      MemorySegment status = arena.allocate(256, 8);
      int result =
          Libc.statx(fd.number(), name, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, status);
      if (result == -ENOENT) {
        return Optional.empty();
      }
      check(result, "stat", at(name));
      boolean isDeviceZero = status.get(JAVA_LONG, 128) == 0;
      return Optional.of(
          switch (status.get(JAVA_SHORT, 28) & Libc.S_IFMT) {
            case Libc.S_IFREG -> Kind.FILE;
            case Libc.S_IFDIR -> Kind.DIRECTORY;
            case Libc.S_IFLNK -> Kind.SYMLINK;
            case Libc.S_IFCHR -> isDeviceZero ? Kind.WHITEOUT : Kind.OTHER;
            default -> Kind.OTHER;
          });
    }
  }

  public void makeDirectory(String name, int permissions) {
    check(Libc.mkdirat(fd.number(), name, permissions), "mkdir", at(name));
  }

  /** Makes a file that only its owner may read, and opens it for writing. */
  public Fd makeFile(String name) {
    int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    return new Fd(check(Libc.openat(fd.number(), name, flags, 0600), "create", at(name)));
  }

  /** Opens a file for reading. A link is refused with ELOOP. */
  public Fd openFile(String name) {
    int flags = Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    return new Fd(check(Libc.openat(fd.number(), name, flags, 0), "open", at(name)));
  }

  /**
   * Makes a device, a fifo or a socket.
   *
   * @param type one of the {@code S_IF} types
   */
  public void makeNode(String name, int type, int major, int minor) {
    // gnu_dev_makedev(3): 12 bits of the major and 8 of the minor lie low, the rest above
    long device =
        (major & 0xfffL) << 8
            | (major & 0xfffff000L) << 32
            | (minor & 0xffL)
            | (minor & 0xffffff00L) << 12;
    check(Libc.mknodat(fd.number(), name, type | 0600, device), "mknod", at(name));
  }

  public void makeSymlink(String name, String target) {
    check(Libc.symlinkat(target, fd.number(), name), "symlink", at(name));
  }

  /** Gives what another directory has by one name a second name here. */
  public void makeLink(Directory from, String fromName, String name) {
    check(Libc.linkat(from.fd.number(), fromName, fd.number(), name), "link", at(name));
  }

  public String readLink(String name) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(4096);
      long length = check(Libc.readlinkat(fd.number(), name, target), "readlink", at(name));
      return new String(target.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }
  }

  public void setOwner(String name, int uid, int gid) {
    check(Libc.fchownat(fd.number(), name, uid, gid, Libc.AT_SYMLINK_NOFOLLOW), "chown", at(name));
  }

  /** Not for a link, which has no permissions of its own. */
  public void setPermissions(String name, int permissions) {
    check(Libc.fchmodat(fd.number(), name, permissions), "chmod", at(name));
  }

  public void setModified(String name, long epochSecond, int nanos) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment times = arena.allocate(32, 8);
      for (long offset : List.of(0L, 16L)) {
        times.set(JAVA_LONG, offset, epochSecond);
        times.set(JAVA_LONG, offset + 8, nanos);
      }
      check(
          Libc.utimensat(fd.number(), name, times, Libc.AT_SYMLINK_NOFOLLOW),
          "utimensat",
          at(name));
    }
  }

  public void setAttribute(String name, String attribute, byte[] value) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, value.length)).asSlice(0, value.length);
      MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
      check(Libc.lsetxattr(viaProc(name), attribute, bytes), "setxattr " + attribute, at(name));
    }
  }

  /** An extended attribute of a path, which is not followed where it is a link. */
  public static Optional<byte[]> attribute(Path path, String attribute) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(1 << 16);
      // The raw path: Java's own text of it may have lost bytes that are no UTF-8.
      String raw =
          URLDecoder.decode(
              path.toUri().getRawPath().replace("+", "%2B"), StandardCharsets.ISO_8859_1);
      long length = Libc.lgetxattr(raw, attribute, value);
      if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
        return Optional.empty();
      }
      check(length, "getxattr " + attribute, path.toString());
      return Optional.of(value.asSlice(0, length).toArray(JAVA_BYTE));
    }
  }

  /** Moves what another directory has by one name here, in place of whatever is here. */
  public void moveHere(Directory from, String fromName, String name) {
    check(Libc.renameat(from.fd.number(), fromName, fd.number(), name), "rename", at(name));
  }

  /** Removes what is there by this name, with all that is in it. Nothing there: nothing done. */
  public void remove(String name) {
    int result = Libc.unlinkat(fd.number(), name, 0);
    if (result == -EISDIR) {
      try (var directory = child(name)) {
        Trees.empty(Path.of("/proc/self/fd/" + directory.number()));
      }
      check(Libc.unlinkat(fd.number(), name, Libc.AT_REMOVEDIR), "rmdir", at(name));
    } else if (result != -ENOENT) {
      check(result, "unlink", at(name));
    }
  }

  private String viaProc(String name) {
    // xattr calls have no *at form before Linux 6.13
    return "/proc/self/fd/" + fd.number() + "/" + name;
  }

  private String at(String name) {
    return shown
        + "/"
        + new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    fd.close();
  }
}
