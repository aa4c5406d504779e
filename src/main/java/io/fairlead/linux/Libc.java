package io.fairlead.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The C library's functions that Fairlead calls, one method each. A method returns what the
 * function returns, or -errno where it failed, as the kernel itself does; {@link Errno#check} turns
 * that into an exception. Constants keep the names they have in the kernel's headers.
 */
public final class Libc {
  public static final int AF_UNSPEC = 0;
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_BRIDGE = 7;
  public static final int AF_INET6 = 10;
  public static final int AF_NETLINK = 16;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_SOCKET = 1;

  /** asm-generic/socket.h */
  public static final int SO_TYPE = 3;

  public static final int SO_ERROR = 4;
  public static final int SO_SNDBUF = 7;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_LINGER = 13;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_PEEK_OFF = 42;
  public static final int SO_BINDTOIFINDEX = 62;

  /** linux/socket.h, linux/in6.h */
  public static final int SCM_RIGHTS = 1;

  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_V6ONLY = 26;
  public static final int IPV6_RECVPKTINFO = 49;
  public static final int IPV6_PKTINFO = 50;

  /** linux/tcp.h */
  public static final int IPPROTO_TCP = 6;

  public static final int TCP_NODELAY = 1;

  public static final int O_RDONLY = 0;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_DIRECTORY = 0x10000;
  public static final int O_NOFOLLOW = 0x20000;

  /** linux/fcntl.h */
  public static final int AT_FDCWD = -100;

  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_EMPTY_PATH = 0x1000;

  /** linux/stat.h */
  public static final int S_IFMT = 0xf000;

  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFLNK = 0xa000;
  public static final int S_IFSOCK = 0xc000;
  public static final int STATX_BASIC_STATS = 0x7ff;
  public static final long STATX_ATTR_MOUNT_ROOT = 0x2000;

  public static final int MSG_PEEK = 2;
  public static final int MSG_CTRUNC = 8;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** sys/file.h */
  public static final int LOCK_EX = 2;

  public static final int LOCK_NB = 4;

  /** linux/sched.h */
  public static final int CLONE_NEWNS = 0x00020000;

  /** The working directory and the umask, which the threads of a process share. */
  public static final int CLONE_FS = 0x00000200;

  public static final int CLONE_NEWNET = 0x40000000;

  /** linux/mount.h */
  public static final long MS_RDONLY = 1;

  public static final long MS_REMOUNT = 32;
  public static final long MS_BIND = 4096;
  public static final long MS_REC = 16384;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;
  public static final long MS_SHARED = 1 << 20;
  public static final int MNT_DETACH = 2;
  public static final int UMOUNT_NOFOLLOW = 8;

  /** sys/epoll.h */
  public static final int EPOLL_CTL_ADD = 1;

  public static final int EPOLL_CTL_DEL = 2;
  public static final int EPOLL_CTL_MOD = 3;
  public static final int EPOLLIN = 1;
  public static final int EPOLLOUT = 4;
  public static final int EPOLLERR = 8;
  public static final int EPOLLHUP = 0x10;
  public static final int EPOLL_CLOEXEC = 0x80000;
  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;
  public static final int IN_NONBLOCK = 0x800;
  public static final int IN_CLOEXEC = 0x80000;
  public static final int IN_MODIFY = 2;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_PATH = 0x200000;
  public static final int SHUT_WR = 1;

  /** linux/openat2.h */
  public static final long RESOLVE_NO_XDEV = 1;

  public static final long RESOLVE_NO_MAGICLINKS = 2;
  public static final long RESOLVE_NO_SYMLINKS = 4;
  public static final long RESOLVE_IN_ROOT = 0x10;

  /** wait.h */
  public static final int P_PIDFD = 3;

  public static final int WEXITED = 4;

  /** spawn.h */
  public static final short POSIX_SPAWN_SETSIGDEF = 0x04;

  public static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  public static final short POSIX_SPAWN_SETSID = 0x80;

  /** asm-generic/unistd.h; glibc before 2.36 has no functions for these. */
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;

  private static final long SYS_PIDFD_OPEN = 434;

  private static final long SYS_OPENAT2 = 437;

  private static final long SYS_PIDFD_GETFD = 438;

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
  private static final MethodHandle ACCEPT4 =
      function("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKNAME =
      function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle IOCTL =
      function("ioctl", JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
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
  private static final MethodHandle OPENAT =
      function("openat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle MKDIRAT =
      function("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle MKNODAT =
      function("mknodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SYMLINKAT =
      function("symlinkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle RENAMEAT =
      function("renameat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle LINKAT =
      function("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT =
      function("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle READLINKAT =
      function("readlinkat", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle FCHOWNAT =
      function("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHMODAT =
      function("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle UTIMENSAT =
      function("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle STATX =
      function("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle LSETXATTR =
      function("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle LGETXATTR =
      function("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle LLISTXATTR =
      function("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle GETDENTS64 =
      function("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle SYNCFS = function("syncfs", JAVA_INT, JAVA_INT);
  private static final MethodHandle CHDIR = function("chdir", JAVA_INT, ADDRESS);
  private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = function("unshare", JAVA_INT, JAVA_INT);
  private static final MethodHandle MOUNT =
      function("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UMOUNT2 = function("umount2", JAVA_INT, ADDRESS, JAVA_INT);

  private static final MethodHandle PIPE2 = function("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle EPOLL_CREATE1 = function("epoll_create1", JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      function("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD = function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle INOTIFY_INIT1 = function("inotify_init1", JAVA_INT, JAVA_INT);
  private static final MethodHandle INOTIFY_ADD_WATCH =
      function("inotify_add_watch", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle WAITID =
      function("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SYSCALL =
      function("syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle POSIX_SPAWN =
      function("posix_spawn", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_INIT =
      function("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
  private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_DESTROY =
      function("posix_spawn_file_actions_destroy", JAVA_INT, ADDRESS);
  private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDDUP2 =
      function("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP =
      function("posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle POSIX_SPAWN_FILE_ACTIONS_ADDCHDIR_NP =
      function("posix_spawn_file_actions_addchdir_np", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle POSIX_SPAWNATTR_INIT =
      function("posix_spawnattr_init", JAVA_INT, ADDRESS);
  private static final MethodHandle POSIX_SPAWNATTR_DESTROY =
      function("posix_spawnattr_destroy", JAVA_INT, ADDRESS);
  private static final MethodHandle POSIX_SPAWNATTR_SETFLAGS =
      function("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
  private static final MethodHandle POSIX_SPAWNATTR_SETSIGMASK =
      function("posix_spawnattr_setsigmask", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle POSIX_SPAWNATTR_SETSIGDEFAULT =
      function("posix_spawnattr_setsigdefault", JAVA_INT, ADDRESS, ADDRESS);

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

  /** The next connection of a listening socket; who it is from is not asked. */
  public static int accept4(int fd, int flags) {
    try {
      var state = STATE.get();
      return result(
          (int) ACCEPT4.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL, flags),
          state);
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

  /**
   * @param argument what the request reads and writes
   */
  public static int ioctl(int fd, long request, MemorySegment argument) {
    try {
      var state = STATE.get();
      return result((int) IOCTL.invokeExact(state, fd, request, argument), state);
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
   * Gets an option of any form.
   *
   * @param value says what is asked for, where the option wants that; overwritten
   * @return 0, or -errno
   */
  public static int getsockopt(int fd, int level, int option, MemorySegment value) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      var length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
      return result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Gets an option whose value is an int that is not negative. */
  public static int getsockopt(int fd, int level, int option) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      var value = arena.allocate(JAVA_INT);
      var length = arena.allocateFrom(JAVA_INT, (int) JAVA_INT.byteSize());
      int returned =
          result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length), state);
      return returned < 0 ? returned : value.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw impossible(t);
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

  /**
   * Names of the {@code *at} calls are byte strings, one char a byte: Linux gives file names no
   * encoding.
   */
  public static int openat(int directory, String name, int flags, int mode) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) OPENAT.invokeExact(state, directory, bytes(arena, name), flags, mode), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param resolve how the path is walked: {@code RESOLVE_...}
   */
  public static int openat2(int directory, String path, int flags, long resolve) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      MemorySegment how = arena.allocate(24, 8); // struct open_how: flags, mode, resolve
      how.set(JAVA_LONG, 0, flags);
      how.set(JAVA_LONG, 16, resolve);
      return (int)
          result(
              (long)
                  SYSCALL.invokeExact(
                      state,
                      SYS_OPENAT2,
                      (long) directory,
                      bytes(arena, path).address(),
                      how.address(),
                      how.byteSize()),
              state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int mkdirat(int directory, String name, int mode) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) MKDIRAT.invokeExact(state, directory, bytes(arena, name), mode), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param mode one of the {@code S_IF} types and the permissions
   */
  public static int mknodat(int directory, String name, int mode, long device) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) MKNODAT.invokeExact(state, directory, bytes(arena, name), mode, device), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int symlinkat(String target, int directory, String name) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) SYMLINKAT.invokeExact(state, bytes(arena, target), directory, bytes(arena, name)),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int renameat(int fromDirectory, String from, int directory, String name) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int)
              RENAMEAT.invokeExact(
                  state, fromDirectory, bytes(arena, from), directory, bytes(arena, name)),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int linkat(int fromDirectory, String from, int directory, String name) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int)
              LINKAT.invokeExact(
                  state, fromDirectory, bytes(arena, from), directory, bytes(arena, name), 0),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int unlinkat(int directory, String name, int flags) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) UNLINKAT.invokeExact(state, directory, bytes(arena, name), flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @return the length of the target, cut to the segment
   */
  public static long readlinkat(int directory, String name, MemorySegment target) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (long)
              READLINKAT.invokeExact(
                  state, directory, bytes(arena, name), target, target.byteSize()),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int fchownat(int directory, String name, int uid, int gid, int flags) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) FCHOWNAT.invokeExact(state, directory, bytes(arena, name), uid, gid, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Follows a link. */
  public static int fchmodat(int directory, String name, int mode) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) FCHMODAT.invokeExact(state, directory, bytes(arena, name), mode, 0), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param times two {@code struct timespec}: of the last access, of the last change
   */
  public static int utimensat(int directory, String name, MemorySegment times, int flags) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) UTIMENSAT.invokeExact(state, directory, bytes(arena, name), times, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param status a {@code struct statx}, 256 bytes, filled in
   */
  public static int statx(int directory, String name, int flags, int mask, MemorySegment status) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) STATX.invokeExact(state, directory, bytes(arena, name), flags, mask, status),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int lsetxattr(String path, String name, MemorySegment value) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int)
              LSETXATTR.invokeExact(
                  state, bytes(arena, path), bytes(arena, name), value, value.byteSize(), 0),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static long lgetxattr(String path, String name, MemorySegment value) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (long)
              LGETXATTR.invokeExact(
                  state, bytes(arena, path), bytes(arena, name), value, value.byteSize()),
          state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param names filled in, each ended by a NUL
   */
  public static long llistxattr(String path, MemorySegment names) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (long) LLISTXATTR.invokeExact(state, bytes(arena, path), names, names.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param entries filled in: {@code struct linux_dirent64} one after the other
   */
  public static long getdents64(int directory, MemorySegment entries) {
    try {
      var state = STATE.get();
      return result(
          (long) GETDENTS64.invokeExact(state, directory, entries, entries.byteSize()), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Writes the whole file system of a descriptor to its disk. */
  public static int syncfs(int fd) {
    try {
      var state = STATE.get();
      return result((int) SYNCFS.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Moves the whole process, unless the calling thread has unshared CLONE_FS. */
  public static int chdir(String path) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result((int) CHDIR.invokeExact(state, arena.allocateFrom(path)), state);
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

  /**
   * @param pair two ints, filled in: the reading end, the writing end
   */
  public static int pipe2(MemorySegment pair, int flags) {
    try {
      var state = STATE.get();
      return result((int) PIPE2.invokeExact(state, pair, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int epollCreate1(int flags) {
    try {
      var state = STATE.get();
      return result((int) EPOLL_CREATE1.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param event a {@code struct epoll_event}
   */
  public static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
    try {
      var state = STATE.get();
      return result((int) EPOLL_CTL.invokeExact(state, epoll, operation, fd, event), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param events an array of {@code struct epoll_event}, filled in
   */
  public static int epollWait(int epoll, MemorySegment events, int count, int timeoutMillis) {
    try {
      var state = STATE.get();
      return result(
          (int) EPOLL_WAIT.invokeExact(state, epoll, events, count, timeoutMillis), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int eventfd(int initial, int flags) {
    try {
      var state = STATE.get();
      return result((int) EVENTFD.invokeExact(state, initial, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int inotifyInit1(int flags) {
    try {
      var state = STATE.get();
      return result((int) INOTIFY_INIT1.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int inotifyAddWatch(int fd, String path, int mask) {
    try (var arena = Arena.ofConfined()) {
      var state = STATE.get();
      return result(
          (int) INOTIFY_ADD_WATCH.invokeExact(state, fd, arena.allocateFrom(path), mask), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param info a {@code siginfo_t} of 128 bytes, filled in
   */
  public static int waitid(int idType, int id, MemorySegment info, int options) {
    try {
      var state = STATE.get();
      return result((int) WAITID.invokeExact(state, idType, id, info, options), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int pidfdOpen(int pid) {
    try {
      var state = STATE.get();
      return (int)
          result((long) SYSCALL.invokeExact(state, SYS_PIDFD_OPEN, (long) pid, 0L, 0L, 0L), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A copy of a descriptor that another process has. */
  public static int pidfdGetfd(int pidfd, int fd) {
    try {
      var state = STATE.get();
      return (int)
          result(
              (long) SYSCALL.invokeExact(state, SYS_PIDFD_GETFD, (long) pidfd, (long) fd, 0L, 0L),
              state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int pidfdSendSignal(int pidfd, int signal) {
    try {
      var state = STATE.get();
      return (int)
          result(
              (long)
                  SYSCALL.invokeExact(
                      state, SYS_PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, 0L),
              state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * @param pid one int, filled in
   * @param arguments an array of strings that ends with null; so is the environment
   */
  public static int posixSpawn(
      MemorySegment pid,
      MemorySegment path,
      MemorySegment fileActions,
      MemorySegment attributes,
      MemorySegment arguments,
      MemorySegment environment) {
    try {
      return -(int)
          POSIX_SPAWN.invokeExact(
              STATE.get(), pid, path, fileActions, attributes, arguments, environment);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnFileActionsInit(MemorySegment actions) {
    try {
      return -(int) POSIX_SPAWN_FILE_ACTIONS_INIT.invokeExact(STATE.get(), actions);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnFileActionsDestroy(MemorySegment actions) {
    try {
      return -(int) POSIX_SPAWN_FILE_ACTIONS_DESTROY.invokeExact(STATE.get(), actions);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnFileActionsAdddup2(MemorySegment actions, int from, int to) {
    try {
      return -(int) POSIX_SPAWN_FILE_ACTIONS_ADDDUP2.invokeExact(STATE.get(), actions, from, to);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnFileActionsAddclosefrom(MemorySegment actions, int from) {
    try {
      return -(int)
          POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP.invokeExact(STATE.get(), actions, from);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnFileActionsAddchdir(MemorySegment actions, MemorySegment path) {
    try {
      return -(int) POSIX_SPAWN_FILE_ACTIONS_ADDCHDIR_NP.invokeExact(STATE.get(), actions, path);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnattrInit(MemorySegment attributes) {
    try {
      return -(int) POSIX_SPAWNATTR_INIT.invokeExact(STATE.get(), attributes);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnattrDestroy(MemorySegment attributes) {
    try {
      return -(int) POSIX_SPAWNATTR_DESTROY.invokeExact(STATE.get(), attributes);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnattrSetflags(MemorySegment attributes, short flags) {
    try {
      return -(int) POSIX_SPAWNATTR_SETFLAGS.invokeExact(STATE.get(), attributes, flags);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnattrSetsigmask(MemorySegment attributes, MemorySegment set) {
    try {
      return -(int) POSIX_SPAWNATTR_SETSIGMASK.invokeExact(STATE.get(), attributes, set);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  public static int posixSpawnattrSetsigdefault(MemorySegment attributes, MemorySegment set) {
    try {
      return -(int) POSIX_SPAWNATTR_SETSIGDEFAULT.invokeExact(STATE.get(), attributes, set);
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

  private static MemorySegment bytes(Arena arena, String byteString) {
    return arena.allocateFrom(byteString, StandardCharsets.ISO_8859_1);
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
