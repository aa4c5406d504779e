package io.fairlead.linux;

import static io.fairlead.linux.Errno.EISDIR;
import static io.fairlead.linux.Errno.ENOENT;
import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open directory, and what can be done in it by name. No operation follows a symbolic link: a
 * name is one component of a path, and where it is a link, the link itself is meant. So a tree can
 * be written that nobody's links lead out of. Only {@link #inside} and {@link #find} take paths.
 *
 * <p>Names and link targets are byte strings (one char a byte): Linux gives them no encoding.
 */
public final class Directory implements AutoCloseable {
  private static final int RENAMES_MAX = 100;
  private static final int DEPTH_MAX = 2000;

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

  /**
   * Opens a directory by a path under this one. Links on the way and at its end are followed as
   * though this were the root of all files, so none leads out of it.
   */
  public Directory inside(String path) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
    return new Directory(new Fd(inRoot(path, flags)), at(path));
  }

  /**
   * Finds what a path under this one means, links on the way followed as {@link #inside} does; a
   * link at its end is meant itself, unless a slash follows it.
   *
   * @return a descriptor that neither reads nor writes (O_PATH)
   */
  public Fd find(String path) {
    return new Fd(inRoot(path, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC));
  }

  private int inRoot(String path, int flags) {
    long resolve = Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS;
    int result = -Errno.EAGAIN; // somebody renamed something meanwhile
    for (int tries = 0; tries < RENAMES_MAX && result == -Errno.EAGAIN; tries++) {
      result = Libc.openat2(fd.number(), "/" + path, flags, resolve);
    }
    return check(result, "open", at(path));
  }

  /** What is there by this name, empty if nothing is. */
  public Optional<Kind> kind(String name) {
    return status(name).map(FileStatus::kind);
  }

  /** The same with all that is known of it. */
  public Optional<FileStatus> status(String name) {
    return FileStatus.read(fd.number(), name, at(name));
  }

  /** The names in it, sorted by their bytes, without {@code .} and {@code ..}. */
  public List<String> names() {
    var names = new ArrayList<String>();
    try (var reading = child(".");
        var arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(1 << 15, 8);
      for (long length = 1; length > 0; ) {
        length = check(Libc.getdents64(reading.number(), entries), "getdents", shown);
        for (long at = 0; at < length; at += entries.get(JAVA_SHORT_UNALIGNED, at + 16)) {
          // struct linux_dirent64: its length at 16, the name from 19 on
          names.add(entries.getString(at + 19, StandardCharsets.ISO_8859_1));
        }
      }
    }
    names.removeAll(List.of(".", ".."));
    Collections.sort(names);
    return names;
  }

  public void makeDirectory(String name, int permissions) {
    check(Libc.mkdirat(fd.number(), name, permissions), "mkdir", at(name));
  }

  /** Makes a file that only its owner may read, and opens it for writing. */
  public Fd makeFile(String name) {
    int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    return new Fd(check(Libc.openat(fd.number(), name, flags, 0600), "create", at(name)));
  }

  /** Opens a file for reading; a fifo is not waited for. A link is refused with ELOOP. */
  public Fd openFile(String name) {
    int flags = Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
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
    // By way of a descriptor: chmod itself would follow a link that somebody has just put there.
    int flags = Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    try (var file = new Fd(check(Libc.openat(fd.number(), name, flags, 0), "open", at(name)))) {
      int result = Libc.fchmodat(Libc.AT_FDCWD, "/proc/self/fd/" + file.number(), permissions);
      check(result, "chmod", at(name));
    }
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

  /** The extended attributes of what is there, as far as we may see them. */
  public Map<String, byte[]> attributes(String name) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(1 << 16);
      long length = Libc.llistxattr(viaProc(name), list);
      var attributes = new HashMap<String, byte[]>();
      if (length == -Errno.EOPNOTSUPP || length == -ENOENT) {
        return attributes;
      }
      check(length, "listxattr", at(name));
      for (long at = 0; at < length; ) {
        String attribute = list.getString(at, StandardCharsets.ISO_8859_1);
        value(viaProc(name), attribute, at(name)).ifPresent(v -> attributes.put(attribute, v));
        at += attribute.length() + 1;
      }
      return attributes;
    }
  }

  /** An extended attribute of a path, which is not followed where it is a link. */
  public static Optional<byte[]> attribute(Path path, String attribute) {
    // The raw path: Java's own text of it may have lost bytes that are no UTF-8.
    String raw =
        URLDecoder.decode(
            path.toUri().getRawPath().replace("+", "%2B"), StandardCharsets.ISO_8859_1);
    return value(raw, attribute, path.toString());
  }

  private static Optional<byte[]> value(String path, String attribute, String shown) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(1 << 16);
      long length = Libc.lgetxattr(path, attribute, value);
      if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
        return Optional.empty();
      }
      check(length, "getxattr " + attribute, shown);
      return Optional.of(value.asSlice(0, length).toArray(JAVA_BYTE));
    }
  }

  /** Moves what another directory has by one name here, in place of whatever is here. */
  public void moveHere(Directory from, String fromName, String name) {
    check(Libc.renameat(from.fd.number(), fromName, fd.number(), name), "rename", at(name));
  }

  /**
   * Removes what is there by this name, with all that is in it. Nothing there: nothing done. No
   * mount is entered (EXDEV): what is mounted there belongs to somebody else.
   */
  public void remove(String name) {
    remove(name, 0);
  }

  private void remove(String name, int depth) {
    int result = Libc.unlinkat(fd.number(), name, 0);
    if (result == -EISDIR) {
      check(depth < DEPTH_MAX ? 0 : -Errno.ENAMETOOLONG, "rmdir", at(name));
      try (var directory = ownChild(name)) {
        directory.names().forEach(each -> directory.remove(each, depth + 1));
      }
      result = Libc.unlinkat(fd.number(), name, Libc.AT_REMOVEDIR);
    }
    if (result != -ENOENT) {
      check(result, "remove", at(name));
    }
  }

  /** By descriptors all the way down: nobody can slip a link under what is being removed. */
  private Directory ownChild(String name) {
    int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
    long resolve = Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_XDEV;
    int opened = check(Libc.openat2(fd.number(), name, flags, resolve), "open", at(name));
    return new Directory(new Fd(opened), at(name));
  }

  private String viaProc(String name) {
    // xattr calls have no *at form before Linux 6.13
    return "/proc/self/fd/" + fd.number() + "/" + name;
  }

  private String at(String name) {
    return shown + "/" + ByteString.text(name);
  }

  @Override
  public void close() {
    fd.close();
  }
}
