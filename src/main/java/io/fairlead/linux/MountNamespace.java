package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.nio.file.Path;

/**
 * A mount namespace beside ours: what is mounted in it is seen nowhere else, and goes with it.
 * Unmounts of ours reach it. It lives until this is closed; whoever has a directory of it open
 * walks in it from any thread.
 */
public final class MountNamespace implements AutoCloseable {
  private final Fd fd;

  private MountNamespace(Fd fd) {
    this.fd = fd;
  }

  /**
   * @param prepare runs inside, once; where it fails nothing is left
   */
  public static MountNamespace open(String name, Runnable prepare) {
    return NetNamespace.onThread(
        name,
        () -> {
          check(Libc.unshare(Libc.CLONE_NEWNS), "unshare(CLONE_NEWNS)", name);
          Mounts.makeSlaveRecursively(Path.of("/"));
          prepare.run();
          String own = "/proc/thread-self/ns/mnt";
          int flags = Libc.O_RDONLY | Libc.O_CLOEXEC;
          return new MountNamespace(new Fd(check(Libc.open(own, flags, 0), "open", own)));
        });
  }

  @Override
  public void close() {
    fd.close();
  }
}
