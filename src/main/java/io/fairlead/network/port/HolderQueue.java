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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

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
    peek(
        (ports, sockets) -> {
          held.add(ports);
          sockets.forEach(Fd::close);
        });
    return held;
  }

  /**
   * Copies of the sockets that hold some of the ports in here, in the order of the ports; one look
   * at the queue for all of them.
   *
   * @return the caller's; a range that is not held as a whole has fewer sockets than ports
   */
  public Map<HeldPorts, List<Fd>> sockets(Collection<HeldPorts> wanted) {
    var found = new HashMap<HeldPorts, List<Fd>>();
    try {
      peek(
          (ports, sockets) ->
              wanted.stream()
                  .filter(one -> one.contains(ports))
                  .findFirst()
                  .ifPresentOrElse(
                      one -> found.computeIfAbsent(one, _ -> new ArrayList<>()).addAll(sockets),
                      () -> sockets.forEach(Fd::close)));
      return found;
    } catch (RuntimeException e) {
      found.values().forEach(sockets -> sockets.forEach(Fd::close));
      throw e;
    }
  }

  /**
   * @param look at one message; the descriptors are copies, and its own
   */
  private void peek(BiConsumer<HeldPorts, List<Fd>> look) {
    setPeekOffset(0); // each peek then moves on to the message behind
    try {
      while (true) {
        Optional<List<Fd>> message = UnixMessages.receive(receiver.number(), Libc.MSG_PEEK);
        if (message.isEmpty()) {
          return;
        }
        look.accept(describe(message.get()), message.get());
      }
    } finally {
      setPeekOffset(NO_PEEK_OFFSET);
    }
  }

  /** Those of which every port is held. */
  public List<HeldPorts> held(Collection<HeldPorts> asked) {
    record Place(Protocol protocol, InetAddress address) {}
    var held = new HashMap<Place, BitSet>();
    for (HeldPorts entry : listing()) {
      held.computeIfAbsent(new Place(entry.protocol(), entry.address()), _ -> new BitSet())
          .set(entry.range().first(), entry.range().last() + 1);
    }
    return asked.stream()
        .filter(
            ports -> {
              BitSet there = held.get(new Place(ports.protocol(), ports.address()));
              return there != null
                  && there.nextClearBit(ports.range().first()) > ports.range().last();
            })
        .toList();
  }

  /**
   * Lets go of published ranges, as they were added, by sending round all that is in the queue but
   * them. No more than one message is out of the queue at any time.
   *
   * @return how many messages are left
   */
  public int withdraw(Collection<HeldPorts> gone) {
    int kept = 0;
    for (int left = countMessages(); left > 0; left--) {
      List<Fd> message = UnixMessages.receive(receiver.number(), 0).orElse(List.of());
      try {
        if (!message.isEmpty() && !isOf(message, gone)) {
          send(message.stream().map(Fd::number).toList());
          kept++;
        }
      } finally {
        message.forEach(Fd::close);
      }
    }
    return kept;
  }

  private static boolean isOf(List<Fd> message, Collection<HeldPorts> gone) {
    HeldPorts ports = describe(message);
    // Mostly a message is a published range, and a look-up finds it.
    return gone.contains(ports) || gone.stream().anyMatch(range -> range.contains(ports));
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
