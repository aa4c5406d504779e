package io.fairlead.network;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.netlink.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A sandbox's namespace, open for a moment, on the network writer's thread: its links by netlink,
 * and a way to act inside. While one is open it keeps the namespace alive, so it is closed before
 * the request ends.
 */
final class Interior implements AutoCloseable {
  private final Fd host;
  private final Fd namespace;
  private final NetlinkSocket links;

  private Interior(Fd host, Fd namespace, NetlinkSocket links) {
    this.host = host;
    this.namespace = namespace;
    this.links = links;
  }

  /** Makes a namespace. It has no name yet, and goes when this is closed. */
  static Interior create(Fd host) {
    check(Libc.unshare(Libc.CLONE_NEWNET), "unshare(CLONE_NEWNET)", "a sandbox");
    try {
      return new Interior(
          host,
          NetNamespace.ofThisThread().open(),
          NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
    } finally {
      check(Libc.setns(host.number(), Libc.CLONE_NEWNET), "setns", "the host");
    }
  }

  /** Gives a new namespace its name: a bind mount on a file. */
  void pin(Path pin) {
    String file = pin.toString();
    // An unpinned file of this name may be there still: it serves as well.
    int empty =
        check(
            Libc.open(file, Libc.O_CREAT | Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0600),
            "open",
            file);
    new Fd(empty).close();
    String source = "/proc/thread-self/fd/" + namespace.number();
    check(Libc.mount(source, file, "", Libc.MS_BIND, ""), "mount --bind", file);
  }

  /** Empty if nothing is pinned there. */
  static Optional<Interior> open(Path pin, Fd host) {
    if (!isPinned(pin)) {
      return Optional.empty();
    }
    Fd namespace = new NetNamespace(pin).open();
    check(Libc.setns(namespace.number(), Libc.CLONE_NEWNET), "setns", pin.toString());
    try {
      return Optional.of(
          new Interior(host, namespace, NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)));
    } finally {
      check(Libc.setns(host.number(), Libc.CLONE_NEWNET), "setns", "the host");
    }
  }

  /** Whether a namespace is bound there: a pin whose mount is gone is an empty file. */
  static boolean isPinned(Path pin) {
    try {
      return Files.exists(pin)
          && !Files.getAttribute(pin, "unix:dev")
              .equals(Files.getAttribute(pin.getParent(), "unix:dev"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the folder of pins, and takes away names that a crash left without a namespace. */
  static void tidy(Path pins) {
    try {
      Files.createDirectories(pins);
      try (var files = Files.list(pins)) {
        files.filter(file -> !isPinned(file)).forEach(Interior::unpin);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void unpin(Path pin) {
    if (isPinned(pin)) {
      check(Libc.umount2(pin.toString(), Libc.MNT_DETACH), "umount", pin.toString());
    }
    try {
      Files.deleteIfExists(pin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NetlinkSocket links() {
    return links;
  }

  Fd namespace() {
    return namespace;
  }

  /** Runs something with the thread inside; for what goes by /proc/sys. */
  void run(Runnable action) {
    check(Libc.setns(namespace.number(), Libc.CLONE_NEWNET), "setns", "a sandbox");
    try {
      action.run();
    } finally {
      check(Libc.setns(host.number(), Libc.CLONE_NEWNET), "setns", "the host");
    }
  }

  @Override
  public void close() {
    links.close();
    namespace.close();
  }
}
