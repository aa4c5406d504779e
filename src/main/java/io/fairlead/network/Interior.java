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

  /** Makes a namespace and pins it. */
  static Interior create(Path pin, Fd host) {
    try {
      Files.createDirectories(pin.getParent());
      Files.deleteIfExists(pin);
      Files.createFile(pin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    check(Libc.unshare(Libc.CLONE_NEWNET), "unshare(CLONE_NEWNET)", pin.toString());
    try {
      NetNamespace here = NetNamespace.ofThisThread();
      String source = here.path().toString();
      check(
          Libc.mount(source, pin.toString(), "", Libc.MS_BIND, ""), "mount --bind", pin.toString());
      return new Interior(host, here.open(), NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
    } finally {
      check(Libc.setns(host.number(), Libc.CLONE_NEWNET), "setns", "the host");
    }
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
