package io.fairlead.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A connection taken over by one exchange: raw bytes both ways. The client may end its side first;
 * {@link #close} ends ours.
 */
final class Hijack implements AutoCloseable {
  private final HttpConnection connection;
  private final ClientInput input;

  Hijack(HttpConnection connection, ClientInput input) {
    this.connection = connection;
    this.input = input;
  }

  /** Ends when the client has ended its side. */
  InputStream input() {
    return input;
  }

  boolean isOpen() {
    return connection.channel().isActive();
  }

  /**
   * Waits while the client is behind.
   *
   * @return false: it has taken nothing at all for so long
   */
  boolean awaitRoom(Duration patience) throws InterruptedException {
    return connection.writability().await(connection.channel(), patience);
  }

  /** Never blocks; takes the bytes over, with their reference count. */
  ChannelFuture write(ByteBuf bytes) {
    return connection.channel().writeAndFlush(bytes);
  }

  /** Waits while the client is behind. */
  void writeInTurn(byte[] bytes) throws IOException {
    connection.writability().await(connection.channel());
    var _ = write(Unpooled.wrappedBuffer(bytes));
  }

  /** Blocks until the connection is closed. */
  void awaitClosed() throws InterruptedException {
    var _ = connection.channel().closeFuture().await();
  }

  @Override
  public void close() {
    connection.closeHijacked();
  }
}
