package io.fairlead.network.port;

import static io.fairlead.linux.Errno.check;

import io.fairlead.EngineFault;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import io.fairlead.linux.SocketAddresses;
import io.fairlead.linux.UnixMessages;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Where held ports outlive the daemon: both ends of an AF_UNIX socket pair, in whose queue the
 * sockets lie. conmon inherits both ends, so the queue lives as long as conmon does. One message
 * holds the sockets of one published range, or 253 of them where it is longer.
 *
 * <p>One thread at a time.
 */
public final class HolderQueue implements AutoCloseable {
  /** Where conmon has the ends: {@link #descriptors} become these, in that order. */
  private static final int CONMON_SENDER = 3;

  private static final int CONMON_RECEIVER = 4;

  /** Room for some thousands of messages: the default has it for 280. */
  private static final int BUFFER_BYTES = 8 << 20;

  private static final int NO_PEEK_OFFSET = -1;

  private final Fd sender;
  private final Fd receiver;

  private HolderQueue(Fd sender, Fd receiver) {
    this.sender = sender;
    this.receiver = receiver;
  }

  public static HolderQueue create() {
    try (var arena = Arena.ofConfined()) {
      var pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      check(
          Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC, 0, pair),
          "socketpair",
          "queue of held ports");
      var queue =
          new HolderQueue(
              new Fd(pair.getAtIndex(ValueLayout.JAVA_INT, 0)),
              new Fd(pair.getAtIndex(ValueLayout.JAVA_INT, 1)));
      int sender = queue.sender.number();
      if (Libc.setsockopt(sender, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, BUFFER_BYTES) < 0) {
        // Without CAP_NET_ADMIN: as much as net.core.wmem_max allows.
        check(
            Libc.setsockopt(sender, Libc.SOL_SOCKET, Libc.SO_SNDBUF, BUFFER_BYTES),
            "setsockopt(SO_SNDBUF)",
            "queue of held ports");
      }
      return queue;
    }
  }

  /**
   * The queue that a conmon inherited.
   *
   * @throws KernelException if the process has no such descriptors, or is gone
   */
  public static HolderQueue ofConmon(Fd pidfd) {
    Fd sender = copy(pidfd, CONMON_SENDER);
    try {
      return new HolderQueue(sender, copy(pidfd, CONMON_RECEIVER));
    } catch (RuntimeException e) {
      sender.close();
      throw e;
    }
  }

  private static Fd copy(Fd pidfd, int number) {
    return new Fd(
        check(
            Libc.pidfdGetfd(pidfd.number(), number),
            "pidfd_getfd",
            "descriptor %d of conmon".formatted(number)));
  }

  /** What conmon shall inherit, as its descriptors 3 and 4. */
  public List<Integer> descriptors() {
    return List.of(sender.number(), receiver.number());
  }

  /** Takes copies of the sockets; the caller closes its own. */
  public void add(BoundPorts ports) {
    List<Integer> sockets = ports.sockets().stream().map(Fd::number).toList();
    for (int from = 0; from < sockets.size(); from += UnixMessages.MAX_DESCRIPTORS) {
      send(sockets.subList(from, Math.min(sockets.size(), from + UnixMessages.MAX_DESCRIPTORS)));
    }
  }

  private void send(List<Integer> sockets) {
    try {
      UnixMessages.send(sender.number(), sockets);
    } catch (KernelException e) {
      if (e.errno() == Errno.EAGAIN) {
        throw new EngineFault(
            "too many published ports for one container: the queue that holds them is full; publish ranges instead of single ports",
            e);
      }
      throw e;
    }
  }

  /** What is held, one entry for each message. */
  public List<HeldPorts> listing() {
    var held = new ArrayList<HeldPorts>();
    setPeekOffset(0); // each peek then moves on to the message behind
    try {
      while (true) {
        Optional<List<Fd>> message = UnixMessages.receive(receiver.number(), Libc.MSG_PEEK);
        if (message.isEmpty()) {
          return held;
        }
        try {
          held.add(describe(message.get()));
        } finally {
          message.get().forEach(Fd::close);
        }
      }
    } finally {
      setPeekOffset(NO_PEEK_OFFSET);
    }
  }

  /** Whether every one of these ports is held. */
  public boolean holds(HeldPorts ports) {
    var held = new BitSet();
    for (HeldPorts entry : listing()) {
      if (entry.protocol() == ports.protocol() && entry.address().equals(ports.address())) {
        held.set(entry.range().first(), entry.range().last() + 1);
      }
    }
    return held.nextClearBit(ports.range().first()) > ports.range().last();
  }

  /**
   * Lets go of a published range, as it was added, by sending round all that is in the queue but
   * that. No more than one message is out of the queue at any time.
   *
   * @return false if it was not held
   */
  public boolean withdraw(HeldPorts ports) {
    boolean isWithdrawn = false;
    for (int left = countMessages(); left > 0; left--) {
      List<Fd> message = UnixMessages.receive(receiver.number(), 0).orElse(List.of());
      try {
        if (!message.isEmpty() && ports.contains(describe(message))) {
          isWithdrawn = true;
        } else if (!message.isEmpty()) {
          send(message.stream().map(Fd::number).toList());
        }
      } finally {
        message.forEach(Fd::close);
      }
    }
    return isWithdrawn;
  }

  /** Peeks without asking for descriptors, so none are made. */
  private int countMessages() {
    setPeekOffset(0);
    try (var arena = Arena.ofConfined()) {
      var oneByte = arena.allocate(1);
      int count = 0;
      while (true) {
        long received = Libc.recv(receiver.number(), oneByte, Libc.MSG_PEEK | Libc.MSG_DONTWAIT);
        if (received == -Errno.EAGAIN) {
          return count;
        }
        check(received, "recv(MSG_PEEK)", "queue of held ports");
        count++;
      }
    } finally {
      setPeekOffset(NO_PEEK_OFFSET);
    }
  }

  private static HeldPorts describe(List<Fd> sockets) {
    int first = sockets.getFirst().number();
    InetSocketAddress name = SocketAddresses.nameOf(first);
    int last =
        sockets.size() == 1
            ? name.getPort()
            : SocketAddresses.nameOf(sockets.getLast().number()).getPort();
    int type =
        check(
            Libc.getsockopt(first, Libc.SOL_SOCKET, Libc.SO_TYPE),
            "getsockopt(SO_TYPE)",
            name.toString());
    return new HeldPorts(
        Protocol.ofSocketType(type), name.getAddress(), new PortRange(name.getPort(), last));
  }

  private void setPeekOffset(int offset) {
    check(
        Libc.setsockopt(receiver.number(), Libc.SOL_SOCKET, Libc.SO_PEEK_OFF, offset),
        "setsockopt(SO_PEEK_OFF)",
        "queue of held ports");
  }

  /** Lets go of the ports, unless another process has the queue too. */
  @Override
  public void close() {
    sender.close();
    receiver.close();
  }
}
