package io.fairlead.linux.netlink;

import static io.fairlead.linux.Errno.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket in the network namespace of the thread that opened it; afterwards any thread may
 * use it, one at a time. A refused request is a {@link KernelException} with the kernel's own words
 * where it gave some.
 *
 * <p>The kernel works a request off within the send and has queued its answer when the send
 * returns. So receiving never waits, and a missing answer is an error, not a hang.
 */
public final class NetlinkSocket implements AutoCloseable {
  public static final int NETLINK_ROUTE = 0;
  public static final int NETLINK_SOCK_DIAG = 4;
  public static final int NETLINK_NETFILTER = 12;

  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int RECEIVE_QUEUE_BYTES = 1 << 20;

  /** A dump comes in datagrams of at most 32 KiB (af_netlink.c, netlink_dump). */
  private static final int BUFFER_BYTES = 1 << 16;

  /** What one send carries: far below the send buffer, and its acks far below the queue. */
  private static final int SEND_BYTES = 1 << 15;

  private static final int SEND_REQUESTS = 256;
  private static final int DUMP_ATTEMPTS = 8;

  private static final Request BEGIN = marker(Nfnetlink.BATCH_BEGIN, "commit");
  private static final Request END = marker(Nfnetlink.BATCH_END, "end");

  /** For each thread one, because a call leaves nothing in it. */
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BUFFER_BYTES, 8));

  private final Fd fd;
  private int sequence = 1;

  private NetlinkSocket(Fd fd) {
    this.fd = fd;
  }

  /**
   * Opens a socket in the calling thread's network namespace.
   *
   * @param family one of the constants above
   */
  public static NetlinkSocket open(int family) {
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
    String object = "family " + family;
    var fd =
        new Fd(check(Libc.socket(Libc.AF_NETLINK, type, family), "socket(AF_NETLINK)", object));
    try {
      for (int option :
          List.of(
              Netlink.NETLINK_EXT_ACK, Netlink.NETLINK_CAP_ACK, Netlink.NETLINK_GET_STRICT_CHK)) {
        check(
            Libc.setsockopt(fd.number(), Netlink.SOL_NETLINK, option, 1),
            "setsockopt(SOL_NETLINK)",
            "option " + option);
      }
      growReceiveQueue(fd);
      // struct sockaddr_nl. Connected to the kernel (port 0), it takes messages from nobody else.
      var kernel = BUFFER.get().asSlice(0, 12).fill((byte) 0);
      kernel.asByteBuffer().order(ByteOrder.nativeOrder()).putShort((short) Libc.AF_NETLINK);
      check(Libc.connect(fd.number(), kernel), "connect(AF_NETLINK)", object);
      return new NetlinkSocket(fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static void growReceiveQueue(Fd fd) {
    int forced = Libc.setsockopt(fd.number(), Libc.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_QUEUE_BYTES);
    if (forced == -Errno.EPERM) {
      check(
          Libc.setsockopt(fd.number(), Libc.SOL_SOCKET, SO_RCVBUF, RECEIVE_QUEUE_BYTES),
          "setsockopt(SO_RCVBUF)",
          "netlink");
    } else {
      check(forced, "setsockopt(SO_RCVBUFFORCE)", "netlink");
    }
  }

  /**
   * Sends one request and returns what answered it besides the acknowledgement: nothing for most.
   *
   * @throws KernelException if the kernel refused it
   */
  public List<Message> request(Request request) {
    return batch(List.of(request)).getFirst();
  }

  /**
   * Sends requests together, as few sends as they fit into (256 requests or 32 KiB each), and
   * collects all acknowledgements. The kernel takes them in order, each for itself: one that is
   * refused does not stop those behind it in the same send, and what was done stays.
   *
   * @return for each request what answered it besides the acknowledgement
   * @throws KernelException naming the first that was refused; later sends were not made
   */
  public List<List<Message>> batch(List<Request> requests) {
    var answers = new ArrayList<List<Message>>(requests.size());
    int from = 0;
    while (from < requests.size()) {
      int to = from;
      int bytes = 0;
      do {
        bytes += requests.get(to++).paddedLength();
      } while (to < requests.size()
          && to - from < SEND_REQUESTS
          && bytes + requests.get(to).paddedLength() <= SEND_BYTES);
      answers.addAll(exchange(requests.subList(from, to)));
      from = to;
    }
    return answers;
  }

  /**
   * Sends nf_tables messages as one transaction: all of them happen, or none (nfnetlink.c,
   * nfnetlink_rcv_batch).
   *
   * @throws KernelException naming the first that was refused
   */
  public void transaction(List<Request> requests) {
    var batch = new ArrayList<Request>(requests.size() + 2);
    batch.add(BEGIN);
    batch.addAll(requests);
    batch.add(END);
    var _ = exchange(batch);
  }

  private static Request marker(int type, String operation) {
    return new MessageWriter(type, 0)
        .u8(Libc.AF_UNSPEC)
        .u8(0)
        .u16Be(Nfnetlink.SUBSYS_NFTABLES)
        .request(operation, "a transaction of the firewall");
  }

  /**
   * Whether it only opens or closes a transaction: the kernel acknowledges what is between. Their
   * types alone do not tell: RTM_NEWLINK and RTM_DELLINK have the same numbers.
   */
  private static boolean isMarker(Request request) {
    return request == BEGIN || request == END;
  }

  /**
   * Sends one request and returns all that it lists. Where the list changed while it was read, it
   * is read again, up to eight times.
   *
   * @throws KernelException if the kernel refused it; EINTR if it kept changing
   */
  public List<Message> dump(Request request) {
    for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      var messages = dumpOnce(request);
      if (messages != null) {
        return messages;
      }
    }
    throw new KernelException(
        request.operation(), request.object(), Errno.EINTR, "the list changed while it was read");
  }

  /** The descriptor, for what goes by ioctl. */
  int number() {
    return fd.number();
  }

  @Override
  public void close() {
    fd.close();
  }

  private List<List<Message>> exchange(List<Request> requests) {
    int first = send(requests, Netlink.NLM_F_ACK);
    var answers = new ArrayList<List<Message>>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      answers.add(List.of());
    }
    var refusals = new @Nullable Message[requests.size()];
    long unanswered = requests.stream().filter(request -> !isMarker(request)).count();
    while (unanswered > 0) {
      for (Message message : receive(requests.getFirst())) {
        int index = message.sequence() - first;
        if (index < 0 || index >= requests.size()) {
          continue; // an answer to an earlier call that ended in an exception
        }
        if (message.type() != Netlink.NLMSG_ERROR) {
          answers.set(index, append(answers.get(index), message));
          continue;
        }
        refusals[index] = message.u32(0) == 0 ? null : message;
        // A transaction that is refused as a whole may have no other answers.
        unanswered = isMarker(requests.get(index)) ? 0 : unanswered - 1;
      }
    }
    for (int i = 0; i < refusals.length; i++) {
      var refusal = refusals[i];
      if (refusal != null) {
        throw refused(requests.get(i), refusal);
      }
    }
    return answers;
  }

  private static List<Message> append(List<Message> messages, Message message) {
    var longer = messages.isEmpty() ? new ArrayList<Message>(1) : messages;
    longer.add(message);
    return longer;
  }

  /** Null if the kernel says that the list is not consistent. */
  private @Nullable List<Message> dumpOnce(Request request) {
    int expected = send(List.of(request), Netlink.NLM_F_DUMP);
    var messages = new ArrayList<Message>();
    boolean isInterrupted = false;
    while (true) {
      for (Message message : receive(request)) {
        if (message.sequence() != expected) {
          continue;
        }
        isInterrupted |= (message.flags() & Netlink.NLM_F_DUMP_INTR) != 0;
        switch (message.type()) {
          case Netlink.NLMSG_DONE, Netlink.NLMSG_ERROR -> {
            if (message.length() >= 4 && message.u32(0) != 0) {
              throw refused(request, message);
            }
            return isInterrupted ? null : messages;
          }
          default -> messages.add(message);
        }
      }
    }
  }

  /** Returns the sequence number of the first; the others follow. */
  private int send(List<Request> requests, int flags) {
    int first = sequence;
    int length = 0;
    for (Request request : requests) {
      length += request.paddedLength();
    }
    var buffer = length <= BUFFER_BYTES ? BUFFER.get() : roomFor(length);
    var bytes = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
    for (Request request : requests) {
      request.writeTo(bytes, isMarker(request) ? 0 : flags, sequence++);
    }
    long sent;
    do {
      sent = Libc.send(fd.number(), buffer.asSlice(0, length), 0);
    } while (sent == -Errno.EINTR);
    check(sent, requests.getFirst().operation(), requests.getFirst().object());
    return first;
  }

  /** A transaction is one send, however long; only that can be longer than the usual buffer. */
  private MemorySegment roomFor(int length) {
    check(
        Libc.setsockopt(fd.number(), Libc.SOL_SOCKET, SO_SNDBUFFORCE, 2 * length),
        "setsockopt(SO_SNDBUFFORCE)",
        "netlink");
    return Arena.ofAuto().allocate(length, 8);
  }

  private List<Message> receive(Request request) {
    var buffer = BUFFER.get();
    long length;
    do {
      length = Libc.recv(fd.number(), buffer, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
    } while (length == -Errno.EINTR);
    if (length == -Errno.EAGAIN || length > buffer.byteSize()) {
      throw new KernelException(
          request.operation(), request.object(), Errno.ENOBUFS, "the kernel's answer was lost");
    }
    check(length, request.operation(), request.object());
    return Message.parse(buffer.asSlice(0, length).toArray(JAVA_BYTE));
  }

  /**
   * @param answer {@code struct nlmsgerr} or the end of a dump: -errno, then for an error the
   *     request's header (and the rest of it unless capped), then perhaps the kernel's words
   */
  static KernelException refused(Request request, Message answer) {
    String words = "";
    if ((answer.flags() & Netlink.NLM_F_ACK_TLVS) != 0) {
      int behind = 4;
      if (answer.type() == Netlink.NLMSG_ERROR) {
        boolean isCapped = (answer.flags() & Netlink.NLM_F_CAPPED) != 0;
        behind += isCapped ? Netlink.NLMSG_HDRLEN : Netlink.align(answer.u32(4));
      }
      var told = answer.attributes(behind);
      words = told.string(Netlink.NLMSGERR_ATTR_MSG, "");
      int missing = told.u32(Netlink.NLMSGERR_ATTR_MISS_TYPE, -1);
      if (missing >= 0) {
        words = (words + " attribute " + missing + " is missing").strip();
      }
    }
    return new KernelException(request.operation(), request.object(), -answer.u32(0), words);
  }
}
