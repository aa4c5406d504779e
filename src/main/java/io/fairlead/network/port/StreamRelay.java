package io.fairlead.network.port;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay's TCP part. While as many connections are open as may be, further ones wait in the
 * kernel's queue. On the relay's thread.
 */
final class StreamRelay {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRelay.class);

  /** What one read takes at most, and so what waits in memory for a slow reader. */
  private static final int BUFFER_BYTES = 16 << 10;

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Reactor reactor;
  private final int most;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES);
  private final Map<Fd, InetSocketAddress> listeners = new HashMap<>();
  private final Set<Fd> paused = new HashSet<>();
  private final Map<RelayedStream, Fd> open = new HashMap<>();

  StreamRelay(Reactor reactor, int most) {
    this.reactor = reactor;
    this.most = most;
  }

  void serve(Fd listener, InetSocketAddress target) {
    listeners.put(listener, target);
    reactor.watch(listener.number(), Libc.EPOLLIN, _ -> accept(listener, target));
  }

  /** Its connections are reset. */
  void stop(Fd listener) {
    listeners.remove(listener);
    if (!paused.remove(listener)) {
      reactor.forget(listener.number());
    }
    List<RelayedStream> orphans =
        open.keySet().stream().filter(stream -> listener.equals(open.get(stream))).toList();
    orphans.forEach(RelayedStream::abort);
  }

  private void accept(Fd listener, InetSocketAddress target) {
    if (open.size() >= most) {
      pause(listener);
      return;
    }
    int client = Libc.accept4(listener.number(), Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
    if (client >= 0) {
      var stream = new RelayedStream(reactor, buffer, new Fd(client), this::ended);
      open.put(stream, listener);
      stream.connect(target);
    } else if (client == -Errno.EMFILE || client == -Errno.ENFILE) {
      LOG.warn("the relay cannot take a connection: no descriptors are left");
      pause(listener);
      reactor.executeAfter(RETRY, this::resume);
    }
  }

  private void pause(Fd listener) {
    if (paused.add(listener)) {
      reactor.forget(listener.number());
    }
  }

  private void resume() {
    for (Fd listener : List.copyOf(paused)) {
      paused.remove(listener);
      InetSocketAddress target = listeners.get(listener);
      if (target != null) {
        serve(listener, target);
      }
    }
  }

  private void ended(RelayedStream stream) {
    open.remove(stream);
    resume();
  }
}
