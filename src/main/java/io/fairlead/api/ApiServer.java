package io.fairlead.api;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.engine.Engine;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Docker Engine API on unix sockets, and on TCP where that is asked for. Netty's threads only
 * move bytes; every request has a virtual thread of its own, which may block.
 */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
  private static final int IO_THREADS = 2;

  /** A connection costs one descriptor, and machines give as few as 20,000 to all that we do. */
  private static final int MAX_CONNECTIONS = 4096;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);
  private static final long PATIENCE_SECONDS = 10;

  private final Routes routes;
  private final EventLoopGroup io;
  private final ExecutorService handlers;
  private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<UnixListener> sockets = new ArrayList<>();

  private ApiServer(Routes routes) {
    this.routes = routes;
    this.io =
        new MultiThreadIoEventLoopGroup(
            IO_THREADS, new DefaultThreadFactory("api-io", true), NioIoHandler.newFactory());
    this.handlers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("api-request-", 0).factory());
  }

  /**
   * Listens, and answers from now on.
   *
   * @param addresses {@code unix:///PATH} or {@code tcp://HOST:PORT}
   * @param group who may use unix sockets besides root; empty: nobody
   * @throws io.fairlead.Conflict if another daemon answers on one of them
   */
  public static ApiServer open(Engine engine, List<URI> addresses, Optional<String> group) {
    return open(Routes.of(engine), addresses, group);
  }

  static ApiServer open(Routes routes, List<URI> addresses, Optional<String> group) {
    var server = new ApiServer(routes);
    try {
      for (URI address : addresses) {
        server.listen(address, group);
      }
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void listen(URI address, Optional<String> group) {
    String scheme = address.getScheme() == null ? "" : address.getScheme();
    switch (scheme) {
      case "unix" -> listenUnix(Path.of(address.getPath()), group);
      case "tcp" -> listenTcp(address);
      default ->
          throw new InvalidRequest(
              "cannot listen on %s: expected unix:///PATH or tcp://HOST:PORT".formatted(address));
    }
  }

  private void listenUnix(Path path, Optional<String> group) {
    var socket = new UnixSocket(path);
    sockets.add(UnixListener.open(socket, group, this::register));
    LOG.info("listening on {}", socket);
  }

  private void register(UnixChannel channel) {
    channel.config().setAutoRead(false);
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    channel.pipeline().addLast(initializer());
    var _ = io.register(channel);
  }

  private ChannelInitializer<Channel> initializer() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        accept(channel);
      }
    };
  }

  private void listenTcp(URI address) {
    if (address.getHost() == null || address.getPort() < 0) {
      throw new InvalidRequest("cannot listen on %s: expected tcp://HOST:PORT".formatted(address));
    }
    var place = new InetSocketAddress(address.getHost(), address.getPort());
    bind(place, address);
    LOG.warn(
        "listening on {} WITHOUT encryption or passwords: whoever reaches it is root on this"
            + " machine; prefer the unix socket, or ssh",
        address);
  }

  private void bind(InetSocketAddress address, URI what) {
    var bound =
        new ServerBootstrap()
            .group(io)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(initializer())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new EngineFault(
          "cannot listen on %s: %s".formatted(what, bound.cause().getMessage()), bound.cause());
    }
    listeners.add(bound.channel());
  }

  private void accept(Channel channel) {
    if (clients.size() >= MAX_CONNECTIONS) {
      LOG.warn("refused a connection: {} are open already", MAX_CONNECTIONS);
      var _ = channel.close();
      return;
    }
    clients.add(channel);
    HttpConnection.install(channel, routes, handlers);
  }

  /**
   * Takes no more requests, ends streams, lets what is in work finish within ten seconds, and
   * removes its sockets.
   */
  @Override
  public void close() {
    var _ = listeners.close().awaitUninterruptibly();
    sockets.forEach(UnixListener::close);
    clients.forEach(HttpConnection::shutDown);
    handlers.shutdown();
    try {
      if (!handlers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("requests were still in work after {} s; they are interrupted", PATIENCE_SECONDS);
        handlers.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = clients.close().awaitUninterruptibly();
    var _ = io.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
