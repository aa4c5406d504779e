package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages of an AF_UNIX socket that carry descriptors (SCM_RIGHTS, unix(7)) and one byte, which
 * the kernel wants. Sizes and offsets are those of {@code struct msghdr} and {@code cmsghdr} on
 * 64-bit systems.
 */
public final class UnixMessages {
  /** SCM_MAX_FD (net/scm.h) */
  public static final int MAX_DESCRIPTORS = 253;

  private static final int MSGHDR_SIZE = 56;
  private static final int MSG_IOV = 16;
  private static final int MSG_IOVLEN = 24;
  private static final int MSG_CONTROL = 32;
  private static final int MSG_CONTROLLEN = 40;
  private static final int MSG_FLAGS = 48;
  private static final int IOVEC_SIZE = 16;
  private static final int CMSGHDR_SIZE = 16;
  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;

  private UnixMessages() {}

  /**
   * Sends copies of descriptors, without waiting for room.
   *
   * @param descriptors 1 to {@link #MAX_DESCRIPTORS}
   */
  public static void send(int socket, List<Integer> descriptors) {
    try (var arena = Arena.ofConfined()) {
      long length = CMSGHDR_SIZE + 4L * descriptors.size();
      MemorySegment control = arena.allocate((length + 7) & ~7L, 8);
      control.set(ValueLayout.JAVA_LONG, 0, length);
      control.set(ValueLayout.JAVA_INT, CMSG_LEVEL, Libc.SOL_SOCKET);
      control.set(ValueLayout.JAVA_INT, CMSG_TYPE, Libc.SCM_RIGHTS);
      for (int i = 0; i < descriptors.size(); i++) {
        control.set(ValueLayout.JAVA_INT, CMSGHDR_SIZE + 4L * i, descriptors.get(i));
      }
      check(
          Libc.sendmsg(socket, message(arena, control), Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL),
          "sendmsg(SCM_RIGHTS)",
          descriptors.size() + " descriptors");
    }
  }

  /**
   * The descriptors of the next message, which are now the caller's; empty if no message waits.
   *
   * @param flags {@link Libc#MSG_PEEK} leaves the message where it is, and gives copies
   */
  public static Optional<List<Fd>> receive(int socket, int flags) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment control = arena.allocate(CMSGHDR_SIZE + 4L * MAX_DESCRIPTORS + 4, 8);
      MemorySegment message = message(arena, control);
      long received =
          Libc.recvmsg(socket, message, flags | Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
      if (received == -Errno.EAGAIN) {
        return Optional.empty();
      }
      check(received, "recvmsg(SCM_RIGHTS)", "descriptor " + socket);
      List<Fd> descriptors = descriptors(message, control);
      if ((message.get(ValueLayout.JAVA_INT, MSG_FLAGS) & Libc.MSG_CTRUNC) != 0) {
        descriptors.forEach(Fd::close);
        throw new KernelException(
            "recvmsg(SCM_RIGHTS)", "descriptor " + socket, Errno.EMFILE, "no descriptors left");
      }
      return received == 0 ? Optional.empty() : Optional.of(descriptors);
    }
  }

  private static MemorySegment message(Arena arena, MemorySegment control) {
    MemorySegment vector = arena.allocate(IOVEC_SIZE, 8);
    vector.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
    vector.set(ValueLayout.JAVA_LONG, 8, 1L);
    MemorySegment message = arena.allocate(MSGHDR_SIZE, 8);
    message.set(ValueLayout.ADDRESS, MSG_IOV, vector);
    message.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 1L);
    message.set(ValueLayout.ADDRESS, MSG_CONTROL, control);
    message.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, control.byteSize());
    return message;
  }

  private static List<Fd> descriptors(MemorySegment message, MemorySegment control) {
    var descriptors = new ArrayList<Fd>();
    if (message.get(ValueLayout.JAVA_LONG, MSG_CONTROLLEN) >= CMSGHDR_SIZE
        && control.get(ValueLayout.JAVA_INT, CMSG_LEVEL) == Libc.SOL_SOCKET
        && control.get(ValueLayout.JAVA_INT, CMSG_TYPE) == Libc.SCM_RIGHTS) {
      long end = control.get(ValueLayout.JAVA_LONG, 0);
      for (long at = CMSGHDR_SIZE; at + 4 <= end; at += 4) {
        descriptors.add(new Fd(control.get(ValueLayout.JAVA_INT, at)));
      }
    }
    return descriptors;
  }
}
