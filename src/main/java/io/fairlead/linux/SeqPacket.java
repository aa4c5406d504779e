package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The client's end of a local socket that keeps messages apart (AF_UNIX, SOCK_SEQPACKET). */
public final class SeqPacket implements AutoCloseable {
  /** sizeof sun_path (linux/un.h), with its final NUL. */
  public static final int PATH_MAX = 108;

  private final Fd socket;

  private SeqPacket(Fd socket) {
    this.socket = socket;
  }

  /** Connects; a path of any length will do. */
  public static SeqPacket connect(Path path) {
    // Too long for an address, a path can still be said through a descriptor of its directory.
    try (var directory =
        new Fd(
            check(
                Libc.open(String.valueOf(path.getParent()), Libc.O_PATH | Libc.O_CLOEXEC, 0),
                "open",
                String.valueOf(path.getParent())))) {
      var socket =
          new Fd(
              check(
                  Libc.socket(
                      Libc.AF_UNIX,
                      Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK,
                      0),
                  "socket(AF_UNIX)",
                  path.toString()));
      try (var arena = Arena.ofConfined()) {
        var address =
            address("/proc/self/fd/" + directory.number() + "/" + path.getFileName(), arena);
        check(Libc.connect(socket.number(), address), "connect", path.toString());
        return new SeqPacket(socket);
      } catch (RuntimeException e) {
        socket.close();
        throw e;
      }
    }
  }

  private static MemorySegment address(String path, Arena arena) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_MAX) {
      throw new KernelException("connect", path, Errno.EINVAL, "the name is too long");
    }
    var address = arena.allocate(2 + bytes.length + 1L, 2);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
    return address;
  }

  /** Its descriptor, to wait on; it never blocks. */
  public int number() {
    return socket.number();
  }

  /**
   * @return the message's length; 0 at the end; {@code -EAGAIN} when there is none now, or another
   *     -errno
   */
  public int receive(MemorySegment buffer) {
    return (int) Libc.recv(socket.number(), buffer, Libc.MSG_DONTWAIT);
  }

  /**
   * @return {@code -EAGAIN} when there is no room now, or another -errno
   */
  public int send(MemorySegment message) {
    return (int) Libc.send(socket.number(), message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
  }

  /** Tells the other end that nothing more will be sent; what it sends still arrives. */
  public void shutdownOutput() {
    int result = Libc.shutdown(socket.number(), Libc.SHUT_WR);
    if (result != -Errno.ENOTCONN) {
      check(result, "shutdown", "socket");
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
