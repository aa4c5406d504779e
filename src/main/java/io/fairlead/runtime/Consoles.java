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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to the conmons of what runs: one for each that somebody is attached to, and none
 * for the others.
 */
final class Consoles implements AutoCloseable {
  /**
   * As many bytes as conmon reads at once (CTLBUFSZ of its ctrl.c, less one). Of several lines that
   * it reads at once, 2.1.6 takes the first for each: then the last size would be lost.
   */
  private static final int LINE_BYTES = 199;

  private static final Logger LOG = LoggerFactory.getLogger(Consoles.class);
  private static final int PATIENCE_SECONDS = 5;

  private final Reactor reactor;
  private final Path overflow;
  private final Map<String, Console> consoles = new ConcurrentHashMap<>();

  /**
   * @param overflow a directory for what slow clients have not read yet
   */
  Consoles(Reactor reactor, Path overflow) {
    this.reactor = reactor;
    this.overflow = overflow;
  }

  /** Output flows to the sink from now on; the container waits for nobody. */
  Attachment attach(Bundle bundle, OutputSink sink) {
    return join(bundle, sink, bundle.isInputEndable(), false);
  }

  /**
   * The only client of a process in a container, which waits for it.
   *
   * @param endsInput whether the client may end the process's input
   */
  Attachment attachOnly(Bundle bundle, OutputSink sink, boolean endsInput) {
    return join(bundle, sink, endsInput, true);
  }

  private Attachment join(Bundle bundle, OutputSink sink, boolean endsInput, boolean isWaitedFor) {
    try {
      var console = consoles.computeIfAbsent(bundle.id(), id -> connect(bundle, isWaitedFor));
      var client = new Attached(console, sink, endsInput, bundle.id());
      console.join(client);
      return client;
    } catch (KernelException e) {
      throw new EngineFault(
          "cannot attach to container %s: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  private Console connect(Bundle bundle, boolean waitsForClients) {
    return new Console(
        SeqPacket.connect(bundle.attachSocket()),
        reactor,
        new Overflow(overflow),
        waitsForClients,
        () -> consoles.remove(bundle.id()));
  }

  /**
   * Gives a process's terminal another size.
   *
   * @return false if its conmon has gone
   */
  boolean resize(Bundle bundle, ConsoleSize size) {
    String fifo = bundle.sizeFifo().toString();
    int opened = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
    if (opened == -Errno.ENXIO || opened == -Errno.ENOENT) {
      return false;
    }
    try (var fd = new Fd(Errno.check(opened, "open", fifo));
        var arena = Arena.ofConfined()) {
      String height = String.valueOf(size.height());
      String width = "%" + (LINE_BYTES - height.length() - 1) + "d\n";
      String line = height + width.formatted(size.width());
      var bytes = arena.allocateFrom(line, US_ASCII).asSlice(0, line.length());
      Errno.check(Libc.write(fd.number(), bytes), "write", fifo);
      return true;
    }
  }

  /**
   * Ends the connection to a conmon that has ended, once all that it had sent is read: the last
   * words of a process wait there when its end is already known.
   */
  void finish(String id) {
    var console = consoles.get(id);
    if (console != null) {
      try {
        console.ended().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        LOG.warn("{}: its streams do not end, and are cut off", id);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      console.close();
    }
  }

  @Override
  public void close() {
    List.copyOf(consoles.values()).forEach(Console::close);
  }
}
