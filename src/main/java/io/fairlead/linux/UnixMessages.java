package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;
import static io.fairlead.linux.MessageHeader.CMSGHDR_SIZE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages of an AF_UNIX socket that carry descriptors (SCM_RIGHTS, unix(7)) and one byte, which
 * the kernel wants.
 */
public final class UnixMessages {
  /** SCM_MAX_FD (net/scm.h) */
  public static final int MAX_DESCRIPTORS = 253;

  private UnixMessages() {}

  /**
   * Sends copies of descriptors, without waiting for room.
   *
   * @param descriptors 1 to {@link #MAX_DESCRIPTORS}
   */
  public static void send(int socket, List<Integer> descriptors) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment control =
          MessageHeader.control(arena, Libc.SOL_SOCKET, Libc.SCM_RIGHTS, 4L * descriptors.size());
      for (int i = 0; i < descriptors.size(); i++) {
        control.set(ValueLayout.JAVA_INT, CMSGHDR_SIZE + 4L * i, descriptors.get(i));
      }
      var message = new MessageHeader(arena, arena.allocate(1), control);
      check(
          Libc.sendmsg(socket, message.segment(), Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL),
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
      var message = new MessageHeader(arena, arena.allocate(1), control);
      long received =
          Libc.recvmsg(
              socket, message.segment(), flags | Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
      if (received == -Errno.EAGAIN) {
        return Optional.empty();
      }
      check(received, "recvmsg(SCM_RIGHTS)", "descriptor " + socket);
      List<Fd> descriptors = descriptors(message, control);
      if ((message.flags() & Libc.MSG_CTRUNC) != 0) {
        descriptors.forEach(Fd::close);
        throw new KernelException(
            "recvmsg(SCM_RIGHTS)", "descriptor " + socket, Errno.EMFILE, "no descriptors left");
      }
      return received == 0 ? Optional.empty() : Optional.of(descriptors);
    }
  }

  private static List<Fd> descriptors(MessageHeader message, MemorySegment control) {
    var descriptors = new ArrayList<Fd>();
    if (message.hasControl(control, Libc.SOL_SOCKET, Libc.SCM_RIGHTS)) {
      long end = control.get(ValueLayout.JAVA_LONG, 0);
      for (long at = CMSGHDR_SIZE; at + 4 <= end; at += 4) {
        descriptors.add(new Fd(control.get(ValueLayout.JAVA_INT, at)));
      }
    }
    return descriptors;
  }
}
