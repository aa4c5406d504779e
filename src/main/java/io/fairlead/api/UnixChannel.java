package io.fairlead.api;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FileRegion;
import io.netty.channel.nio.AbstractNioByteChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * An accepted connection of a unix socket whose client may end its side and still read. Netty
 * 4.2.20's own channel for unix sockets closes then ({@code AbstractNioByteChannel} asks only
 * internet sockets whether half-closure is allowed), and {@code docker run} ends its side at once.
 */
final class UnixChannel extends AbstractNioByteChannel implements DuplexChannel {
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private volatile boolean isInputShutdown;
  private volatile boolean isOutputShutdown;

  UnixChannel(SocketChannel accepted) {
    super(null, accepted);
  }

  @Override
  protected SocketChannel javaChannel() {
    return (SocketChannel) super.javaChannel();
  }

  /** At the client's end nothing is read, once and for all, and handlers are told. */
  @Override
  protected int doReadBytes(ByteBuf target) throws Exception {
    var handle = unsafe().recvBufAllocHandle();
    handle.attemptedBytesRead(target.writableBytes());
    int count = target.writeBytes(javaChannel(), handle.attemptedBytesRead());
    if (count < 0 && !isInputShutdown) {
      isInputShutdown = true;
      clearReadPending();
      eventLoop()
          .execute(() -> pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
    }
    return Math.max(count, 0);
  }

  @Override
  protected void doBeginRead() throws Exception {
    if (!isInputShutdown) {
      super.doBeginRead();
    }
  }

  @Override
  protected int doWriteBytes(ByteBuf source) throws Exception {
    return source.readBytes(javaChannel(), source.readableBytes());
  }

  @Override
  protected long doWriteFileRegion(FileRegion region) throws Exception {
    return region.transferTo(javaChannel(), region.transferred());
  }

  @Override
  protected void doShutdownOutput() throws Exception {
    isOutputShutdown = true;
    javaChannel().shutdownOutput();
  }

  @Override
  protected void doClose() throws Exception {
    super.doClose();
    javaChannel().close();
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
    } else {
      eventLoop().execute(() -> ((AbstractUnsafe) unsafe()).shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    isInputShutdown = true;
    return promise.setSuccess();
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    isInputShutdown = true;
    return shutdownOutput(promise);
  }

  @Override
  public boolean isInputShutdown() {
    return isInputShutdown || !isActive();
  }

  @Override
  protected boolean isInputShutdown0() {
    return isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return isOutputShutdown || !isActive();
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isActive() {
    return javaChannel().isOpen() && javaChannel().isConnected();
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return address(javaChannel()::getLocalAddress);
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return address(javaChannel()::getRemoteAddress);
  }

  private interface AddressSource {
    SocketAddress get() throws IOException;
  }

  private static @Nullable SocketAddress address(AddressSource source) {
    try {
      return source.get();
    } catch (IOException _) {
      return null; // closed meanwhile
    }
  }

  @Override
  protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) {
    throw new UnsupportedOperationException("this channel was accepted");
  }

  @Override
  protected void doFinishConnect() {
    throw new UnsupportedOperationException("this channel was accepted");
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException("this channel was accepted");
  }

  @Override
  protected void doDisconnect() throws Exception {
    doClose();
  }
}
