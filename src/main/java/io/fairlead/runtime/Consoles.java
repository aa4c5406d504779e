package io.fairlead.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fairlead.EngineFault;
import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections to the conmons of what runs: one for each that somebody is attached to, and none
 * for the others.
 */
final class Consoles implements AutoCloseable {
  /** The first word of what a resize says to conmon (WIN_RESIZE_EVENT of its config.h). */
  private static final int RESIZE = 1;

  private final Reactor reactor;
  private final Map<String, Console> consoles = new ConcurrentHashMap<>();

  Consoles(Reactor reactor) {
    this.reactor = reactor;
  }

  /** Output flows to the sink from now on. */
  Attachment attach(Bundle bundle, OutputSink sink) {
    try {
      var console = consoles.computeIfAbsent(bundle.id(), id -> connect(bundle));
      var client = new Attached(console, sink, bundle.isInputEndable(), bundle.id());
      console.join(client);
      return client;
    } catch (KernelException e) {
      throw new EngineFault(
          "cannot attach to container %s: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  private Console connect(Bundle bundle) {
    return new Console(
        SeqPacket.connect(bundle.attachSocket()), reactor, () -> consoles.remove(bundle.id()));
  }

  /**
   * Gives a process's terminal another size.
   *
   * @return false if its conmon has gone
   */
  boolean resize(Bundle bundle, ConsoleSize size) {
    String fifo = bundle.controlFifo().toString();
    int opened = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
    if (opened == -Errno.ENXIO || opened == -Errno.ENOENT) {
      return false;
    }
    try (var fd = new Fd(Errno.check(opened, "open", fifo));
        var arena = Arena.ofConfined()) {
      String line = "%d %d %d\n".formatted(RESIZE, size.height(), size.width());
      var bytes = arena.allocateFrom(line, US_ASCII).asSlice(0, line.length());
      Errno.check(Libc.write(fd.number(), bytes), "write", fifo);
      return true;
    }
  }

  /** Ends the connection, and with it what its clients wait for. */
  void close(String id) {
    var console = consoles.get(id);
    if (console != null) {
      console.close();
    }
  }

  @Override
  public void close() {
    List.copyOf(consoles.values()).forEach(Console::close);
  }
}
