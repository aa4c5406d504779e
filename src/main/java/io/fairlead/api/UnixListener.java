package io.fairlead.api;

import io.fairlead.EngineFault;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the connections of one unix socket, on a thread of its own. */
final class UnixListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UnixListener.class);
  private static final int BACKLOG = 512;
  private static final long PAUSE_MILLIS = 100;

  private final UnixSocket socket;
  private final ServerSocketChannel channel;
  private final Consumer<UnixChannel> accepted;

  private UnixListener(
      UnixSocket socket, ServerSocketChannel channel, Consumer<UnixChannel> accepted) {
    this.socket = socket;
    this.channel = channel;
    this.accepted = accepted;
  }

  static UnixListener open(
      UnixSocket socket, Optional<String> group, Consumer<UnixChannel> accepted) {
    ServerSocketChannel channel = bind(socket);
    var listener = new UnixListener(socket, channel, accepted);
    try {
      socket.publish(group);
    } catch (RuntimeException e) {
      listener.close();
      throw e;
    }
    Thread.ofPlatform().daemon().name("api-accept " + socket).start(listener::acceptAll);
    return listener;
  }

  private static ServerSocketChannel bind(UnixSocket socket) {
    try {
      var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        return channel.bind(socket.prepare(), BACKLOG);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new EngineFault("cannot listen on %s: %s".formatted(socket, e.getMessage()), e);
    }
  }

  private void acceptAll() {
    while (channel.isOpen()) {
      try {
        SocketChannel client = channel.accept();
        accepted.accept(new UnixChannel(client));
      } catch (ClosedChannelException _) {
        return; // close() was called
      } catch (IOException e) {
        LOG.warn("{}: a connection could not be accepted: {}", socket, e.getMessage());
        pause();
      }
    }
  }

  /** Out of descriptors or memory: the kernel does not tell when there are some again. */
  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      socket.remove();
    } catch (IOException e) {
      LOG.warn("{} could not be removed", socket, e);
    }
  }
}
