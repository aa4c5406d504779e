package io.fairlead.linux.netlink;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/**
 * Tells when somebody changes tables, chains or rules of nf_tables in one network namespace
 * (linux/netfilter/nfnetlink.h, NFNLGRP_NFTABLES); not when elements of sets come and go.
 */
public final class FirewallWatch implements AutoCloseable {
  private static final int NETLINK_ADD_MEMBERSHIP = 1;
  private static final int NFNLGRP_NFTABLES = 7;
  private static final int SOCKADDR_BYTES = 12;
  private static final int BUFFER_BYTES = 1 << 16;

  /** linux/netfilter/nf_tables.h: NFT_MSG_NEW and _DEL of TABLE, CHAIN and RULE */
  private static final Set<Integer> TOLD = Set.of(0, 2, 3, 5, 6, 8);

  private final Reactor reactor;
  private final Fd socket;
  private final Runnable changed;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 8);

  /**
   * Watches the namespace of the calling thread.
   *
   * @param changed is called on the reactor's thread, after one change or several
   */
  public FirewallWatch(Reactor reactor, Runnable changed) {
    this.reactor = reactor;
    this.changed = changed;
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
    socket =
        new Fd(
            check(
                Libc.socket(Libc.AF_NETLINK, type, NetlinkSocket.NETLINK_NETFILTER),
                "socket(AF_NETLINK)",
                "changes of the firewall"));
    try {
      // struct sockaddr_nl. Without a port of its own it would count as the sender, and be left
      // out.
      var any = buffer.asSlice(0, SOCKADDR_BYTES).fill((byte) 0);
      any.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      check(Libc.bind(socket.number(), any), "bind(AF_NETLINK)", "changes of the firewall");
      check(
          Libc.setsockopt(
              socket.number(), Netlink.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES),
          "setsockopt(NETLINK_ADD_MEMBERSHIP)",
          "changes of the firewall");
      reactor.watch(socket.number(), Libc.EPOLLIN, _ -> drain());
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void drain() {
    boolean isTold = false;
    while (true) {
      long length = Libc.recv(socket.number(), buffer, Libc.MSG_DONTWAIT);
      if (length == -Errno.EAGAIN) {
        break;
      }
      // ENOBUFS: so many changes that some were lost.
      isTold |=
          length < 0
              || Message.parse(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)).stream()
                  .anyMatch(FirewallWatch::isTold);
      if (length < 0 && length != -Errno.ENOBUFS && length != -Errno.EINTR) {
        check(length, "recv", "changes of the firewall");
      }
    }
    if (isTold) {
      changed.run();
    }
  }

  private static boolean isTold(Message message) {
    return message.type() >> 8 == Nfnetlink.SUBSYS_NFTABLES && TOLD.contains(message.type() & 0xff);
  }

  @Override
  public void close() {
    reactor.forget(socket.number());
    socket.close();
  }
}
