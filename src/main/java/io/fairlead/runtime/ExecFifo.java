package io.fairlead.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fairlead.EngineFault;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The FIFO on which a process that crun has made waits to be let run. To write to it and remove it
 * is all that {@code crun start} does for a container without hooks, and it saves a program.
 */
final class ExecFifo {
  private ExecFifo() {}

  /**
   * @param state crun's directory of the container
   * @return false if it is not to be had this way; nothing has happened then
   */
  static boolean release(Path state) {
    Path fifo = state.resolve("exec.fifo");
    int opened = Libc.open(fifo.toString(), Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
    if (opened < 0) {
      // No such FIFO, or nobody waits there: let crun say what is wrong.
      return false;
    }
    try (var fd = new Fd(opened);
        var arena = Arena.ofConfined()) {
      if (Libc.write(fd.number(), arena.allocateFrom("0", US_ASCII).asSlice(0, 1)) != 1) {
        return false;
      }
      // Removed last: if we die here, a process that ran counts as one that did not, and is ended.
      // The other way about, one that waits for ever would count as running.
      Files.deleteIfExists(fifo);
      return true;
    } catch (IOException e) {
      throw new EngineFault("cannot remove " + fifo + ": " + e, e);
    }
  }
}
