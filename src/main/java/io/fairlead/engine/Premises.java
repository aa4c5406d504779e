package io.fairlead.engine;

import static io.fairlead.linux.Errno.check;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Mounts;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The two folders an engine lives in, held against other engines. The exec root is a shared mount,
 * so that the runtime's own mount namespace sees what is mounted below it later.
 */
final class Premises implements AutoCloseable {
  private static final String LOCK = "lock";

  private final Path dataRoot;
  private final Path execRoot;
  private final Fd dataLock;
  private final Fd execLock;
  private final boolean isFirst;

  private Premises(Path dataRoot, Path execRoot, Fd dataLock, Fd execLock, boolean isFirst) {
    this.dataRoot = dataRoot;
    this.execRoot = execRoot;
    this.dataLock = dataLock;
    this.execLock = execLock;
    this.isFirst = isFirst;
  }

  /**
   * Makes the folders if need be, takes them, and shares the exec root.
   *
   * @throws Conflict if another engine has one of them; names its process
   */
  static Premises open(EngineConfig config) {
    Path data = make(config.dataRoot());
    Path exec = make(config.execRoot());
    if (data.equals(exec) || exec.startsWith(data)) {
      throw new InvalidRequest(
          "data root %s and exec root %s: the exec root may not be in the data root"
              .formatted(data, exec));
    }
    refuseForeign(data);
    Fd dataLock = lock(data);
    try {
      Fd execLock = lock(exec);
      try {
        return new Premises(data, exec, dataLock, execLock, share(exec));
      } catch (RuntimeException e) {
        execLock.close();
        throw e;
      }
    } catch (RuntimeException e) {
      dataLock.close();
      throw e;
    }
  }

  /** Without symbolic links, as the mount table has it. */
  Path dataRoot() {
    return dataRoot;
  }

  /** Without symbolic links, as the mount table has it. */
  Path execRoot() {
    return execRoot;
  }

  Path database() {
    return dataRoot.resolve("fairlead.db");
  }

  private static Path make(Path root) {
    try {
      Files.createDirectories(root);
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
      return root.toRealPath();
    } catch (IOException e) {
      throw new EngineFault("cannot make the folder %s: %s".formatted(root, e), e);
    }
  }

  /** A purge deletes the data root, so it must never have been anybody else's. */
  private static void refuseForeign(Path data) {
    try (var list = Files.list(data)) {
      boolean isEmpty = list.findAny().isEmpty();
      if (!isEmpty && !Files.exists(data.resolve(LOCK))) {
        throw new InvalidRequest(
            "data root %s is not empty and not Fairlead's; choose another".formatted(data));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * flock(2) and not fcntl(2), which FileChannel takes: that one is lost when anything in this
   * process closes the file, and does not keep a second engine of this JVM out.
   */
  private static Fd lock(Path root) {
    Path file = root.resolve(LOCK);
    var fd =
        new Fd(
            check(
                Libc.open(file.toString(), Libc.O_RDONLY | Libc.O_CREAT | Libc.O_CLOEXEC, 0600),
                "open",
                file.toString()));
    int result = Libc.flock(fd.number(), Libc.LOCK_EX | Libc.LOCK_NB);
    if (result == -Errno.EAGAIN) {
      fd.close();
      throw new Conflict(
          "another engine (pid %s) has %s; stop it, or choose other roots with --data-root and --exec-root"
              .formatted(holder(file), root));
    }
    check(result, "flock", file.toString());
    try {
      Files.writeString(file, ProcessHandle.current().pid() + "\n");
    } catch (IOException e) {
      fd.close();
      throw new UncheckedIOException(e);
    }
    return fd;
  }

  private static String holder(Path lock) {
    try {
      return Files.readString(lock).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** False if an engine before has left it mounted. */
  private static boolean share(Path root) {
    boolean isFirst = !Mounts.isMounted(root);
    if (isFirst) {
      Mounts.bind(root, root);
    }
    Mounts.makeShared(root);
    return isFirst;
  }

  /** Removes both roots with all that is in them; everything mounted below is gone before. */
  void purge() {
    while (Mounts.isMounted(execRoot)) {
      Mounts.unmount(execRoot);
    }
    refuseMounts(execRoot);
    refuseMounts(dataRoot);
    Trees.delete(execRoot);
    Trees.delete(dataRoot);
    close();
  }

  /** Whatever is mounted below may be somebody's own files. */
  private static void refuseMounts(Path root) {
    var below =
        Mounts.table().stream()
            .map(mount -> mount.target().toString())
            .filter(target -> target.startsWith(root + "/"))
            .toList();
    if (!below.isEmpty()) {
      throw new EngineFault(
          "%s is not removed: unmount %s first".formatted(root, String.join(", ", below)));
    }
  }

  /** As {@link #close}, after an opening that failed: a mount that was made for it goes too. */
  void giveUp() {
    if (isFirst) {
      Mounts.unmount(execRoot);
    }
    close();
  }

  /** Lets other engines have the folders. The mount stays: containers run below it. */
  @Override
  public void close() {
    execLock.close();
    dataLock.close();
  }
}
