package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** A process by descriptor: unlike a pid, it never comes to mean another process. */
public record Pidfd(int pid, Fd fd) implements AutoCloseable {
  /** siginfo_t of a 64-bit system (asm-generic/siginfo.h). */
  private static final long SIGINFO_SIZE = 128;

  private static final long SI_CODE = 8;
  private static final long SI_STATUS = 24;
  private static final int CLD_EXITED = 1;

  /** Empty if there is no such process. */
  public static Optional<Pidfd> open(int pid) {
    int fd = Libc.pidfdOpen(pid);
    if (fd == -Errno.ESRCH || fd == -Errno.EINVAL) {
      return Optional.empty();
    }
    return Optional.of(new Pidfd(pid, new Fd(check(fd, "pidfd_open", "process " + pid))));
  }

  /**
   * @param signal its number
   * @return false if the process is gone
   */
  public boolean kill(int signal) {
    int result = Libc.pidfdSendSignal(fd.number(), signal);
    if (result == -Errno.ESRCH) {
      return false;
    }
    check(result, "pidfd_send_signal " + signal, "process " + pid);
    return true;
  }

  /**
   * Takes the ended child out of the process table.
   *
   * @return its exit code, 128 and the signal's number where a signal ended it, or -1 for somebody
   *     else's child
   */
  int reap() {
    try (var arena = Arena.ofConfined()) {
      var info = arena.allocate(SIGINFO_SIZE, 8);
      int result = Libc.waitid(Libc.P_PIDFD, fd.number(), info, Libc.WEXITED);
      if (result == -Errno.ECHILD) {
        return -1;
      }
      check(result, "waitid", "process " + pid);
      int status = info.get(ValueLayout.JAVA_INT, SI_STATUS);
      return info.get(ValueLayout.JAVA_INT, SI_CODE) == CLD_EXITED ? status : 128 + status;
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
