package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** A pipe; both ends close on exec. */
public record Pipe(Fd reading, Fd writing) {

  public static Pipe open() {
    try (var arena = Arena.ofConfined()) {
      var pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      check(Libc.pipe2(pair, Libc.O_CLOEXEC), "pipe2", "");
      return new Pipe(
          new Fd(pair.getAtIndex(ValueLayout.JAVA_INT, 0)),
          new Fd(pair.getAtIndex(ValueLayout.JAVA_INT, 1)));
    }
  }
}
