package io.fairlead.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The C library's functions that Fairlead calls, one method each. A method returns what the
 * function returns, or -errno where it failed, as the kernel itself does; {@link Errno#check} turns
 * that into an exception. Constants keep the names they have in the kernel's headers.
 */
public final class Libc {
  public static final int AF_UNSPEC = 0;
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int AF_NETLINK = 16;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_SOCKET = 1;
  public static final int O_RDONLY = 0;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_CREAT = 0x40;
  public static final int MSG_PEEK = 2;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** sys/file.h */
  public static final int LOCK_EX = 2;

  public static final int LOCK_NB = 4;

  /** linux/sched.h */
  public static final int CLONE_NEWNS = 0x00020000;

  public static final int CLONE_NEWNET = 0x40000000;

  /** linux/mount.h */
  public static final long MS_RDONLY = 1;

  public static final long MS_BIND = 4096;
  public static final long MS_REC = 16384;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;
  public static final long MS_SHARED = 1 << 20;
  public static final int MNT_DETACH = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

  private static final MethodHandle SOCKET =
      function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT =
      function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle GETSOCKNAME =
      function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      function("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle SEND =
      function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV =
      function("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SENDMSG =
      function("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVMSG =
      function("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SHUTDOWN = function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ =
      function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE =
      function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle POLL = function("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle OPEN = function("open", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle UNLINK = function("unlink", JAVA_INT, ADDRESS);
  private static final MethodHandle FLOCK = function("flock", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = function("unshare", JAVA_INT, JAVA_INT);
  private static final MethodHandle MOUNT =
      function("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UMOUNT2 = function("umount2", JAVA_INT, ADDRESS, JAVA_INT);

  private Libc() {}

  public static int socket(int domain, int type, int protocol) {
    try {
      var state = STATE.get();
      return result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param address a {@code struct sockaddr_*} of exactly the segment's size
   */
  public static int bind(int fd, MemorySegment address) {
    try {
      var state = STATE.get();
      return result((int) BIND.invokeExact(state, fd, address, (int) address.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int connect(int fd, MemorySegment address) {
    try {
      var state = STATE.get();
      return result((int) CONNECT.invokeExact(state, fd, address, (int) address.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int listen(int fd, int backlog) {
    try {
      var state = STATE.get();
      return result((int) LISTEN.invokeExact(state, fd, backlog), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param address filled in; its size is what the kernel may write
   * @param length one int: in the room, out the length
   */
  public static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    try {
      var state = STATE.get();
      return result((int) GETSOCKNAME.invokeExact(state, fd, address, length), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int setsockopt(int fd, int level, int option, MemorySegment value) {
    try {
      var state = STATE.get();
      return result(
          (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, (int) value.byteSize()),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Sets an option whose value is an int. */
  public static int setsockopt(int fd, int level, int option, int value) {
    try (var arena = Arena.ofConfined()) {
      return setsockopt(fd, level, option, arena.allocateFrom(JAVA_INT, value));
    }
  }

  /**
   * @param pair two ints, filled in
   */
  public static int socketpair(int domain, int type, int protocol, MemorySegment pair) {
    try {
      var state = STATE.get();
      return result((int) SOCKETPAIR.invokeExact(state, domain, type, protocol, pair), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Sends the whole segment as one message. */
  public static long send(int fd, MemorySegment bytes, int flags) {
    try {
      var state = STATE.get();
      return result((long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static long recv(int fd, MemorySegment bytes, int flags) {
    try {
      var state = STATE.get();
      return result((long) RECV.invokeExact(state, fd, bytes, bytes.byteSize(), flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param message a {@code struct msghdr}
   */
  public static long sendmsg(int fd, MemorySegment message, int flags) {
    try {
      var state = STATE.get();
      return result((long) SENDMSG.invokeExact(state, fd, message, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param message a {@code struct msghdr}
   */
  public static long recvmsg(int fd, MemorySegment message, int flags) {
    try {
      var state = STATE.get();
      return result((long) RECVMSG.invokeExact(state, fd, message, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int shutdown(int fd, int how) {
    try {
      var state = STATE.get();
      return result((int) SHUTDOWN.invokeExact(state, fd, how), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static long read(int fd, MemorySegment bytes) {
    try {
      var state = STATE.get();
      return result((long) READ.invokeExact(state, fd, bytes, bytes.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static long write(int fd, MemorySegment bytes) {
    try {
      var state = STATE.get();
      return result((long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param fds an array of {@code struct pollfd} (8 bytes each)
   * @param timeoutMillis -1 waits for ever
   */
  public static int poll(MemorySegment fds, long count, int timeoutMillis) {
    try {
      var state = STATE.get();
      return result((int) POLL.invokeExact(state, fds, count, timeoutMillis), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int open(String path, int flags, int mode) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, mode), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int close(int fd) {
    try {
      var state = STATE.get();
      return result((int) CLOSE.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int unlink(String path) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) UNLINK.invokeExact(state, arena.allocateFrom(path)), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int flock(int fd, int operation) {
    try {
      var state = STATE.get();
      return result((int) FLOCK.invokeExact(state, fd, operation), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Moves the calling thread; never call it on a virtual thread. */
  public static int setns(int fd, int namespaceType) {
    try {
      var state = STATE.get();
      return result((int) SETNS.invokeExact(state, fd, namespaceType), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Moves the calling thread; never call it on a virtual thread. */
  public static int unshare(int flags) {
    try {
      var state = STATE.get();
      return result((int) UNSHARE.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param options the file system's own, comma-separated, or empty
   */
  public static int mount(String source, String target, String type, long flags, String options) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int)
              MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target),
                  arena.allocateFrom(type),
                  flags,
                  arena.allocateFrom(options)),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int umount2(String target, int flags) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        Linker.Option.captureCallState("errno"));
  }

  private static int result(int returned, MemorySegment state) {
    return returned < 0 ? -(int) ERRNO.get(state, 0L) : returned;
  }

  private static long result(long returned, MemorySegment state) {
    return returned < 0 ? -(int) ERRNO.get(state, 0L) : returned;
  }

  private static AssertionError impossible(Throwable t) {
    return new AssertionError("a native call cannot throw", t);
  }
}
