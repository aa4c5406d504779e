package io.fairlead.linux;

import static io.fairlead.linux.Errno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Tells when a file is written to (inotify(7)). */
public final class FileWatch implements AutoCloseable {
  private static final int EVENTS_BYTES = 4096;

  private final Reactor reactor;
  private final Fd inotify;
  private final MemorySegment events = Arena.ofAuto().allocate(EVENTS_BYTES, 8);

  /**
   * @param changed is called on the reactor's thread after each change, or after several
   */
  public FileWatch(Reactor reactor, Path file, Runnable changed) {
    this.reactor = reactor;
    inotify =
        new Fd(
            check(
                Libc.inotifyInit1(Libc.IN_CLOEXEC | Libc.IN_NONBLOCK),
                "inotify_init1",
                file.toString()));
    try {
      check(
          Libc.inotifyAddWatch(inotify.number(), file.toString(), Libc.IN_MODIFY),
          "inotify_add_watch",
          file.toString());
      int fd = inotify.number();
      reactor.watch(
          fd,
          Libc.EPOLLIN,
          ready -> {
            Libc.read(fd, events);
            changed.run();
          });
    } catch (RuntimeException e) {
      inotify.close();
      throw e;
    }
  }

  @Override
  public void close() {
    reactor.forget(inotify.number());
    inotify.close();
  }
}
