package io.fairlead.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. It serves one request after the other, never two at once, and reads from
 * the socket only as fast as the handlers take what arrives: the decoder is asked for one message
 * at a time, so that bytes behind a request that takes the connection over are left as they are.
 *
 * <p>Its fields belong to the event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final int MAX_LINE_BYTES = 64 * 1024;
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final long IDLE_SECONDS = 300;
  private static final long LINGER_MILLIS = 1000;
  private static final String STOPPING = "the daemon is stopping; containers run on";

  /** How much of a body that nobody read is read away to keep the connection; as Go's server. */
  private static final int DRAINED_BYTES = 256 * 1024;

  private final Channel channel;
  private final Routes routes;
  private final Executor handlers;
  private final Decoder decoder = new Decoder();
  private final HttpResponseEncoder encoder = new HttpResponseEncoder();
  private final Writability writability = new Writability();

  private @Nullable Exchange current;
  private @Nullable ClientInput hijacked;
  private @Nullable StreamForm form;
  private @Nullable Future<?> idle;
  private final ArrayDeque<HttpObject> early = new ArrayDeque<>();
  private boolean isBodyOpen;
  private boolean isInputClosed;
  private boolean isClosing;
  private boolean isLingering;
  private boolean isPulling;
  private boolean hasProduced;
  private int drainedBytes;

  private HttpConnection(Channel channel, Routes routes, Executor handlers) {
    this.channel = channel;
    this.routes = routes;
    this.handlers = handlers;
  }

  /** Sets up a connection that was just accepted. */
  static void install(Channel channel, Routes routes, Executor handlers) {
    var connection = new HttpConnection(channel, routes, handlers);
    channel.pipeline().addLast(connection.decoder, connection.encoder, connection);
  }

  /** Decodes one message at a time; see the class. */
  private static final class Decoder extends HttpRequestDecoder {
    Decoder() {
      super(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(MAX_LINE_BYTES)
              .setMaxHeaderSize(MAX_HEADER_BYTES)
              .setMaxChunkSize(CHUNK_BYTES));
      setSingleDecode(true);
    }

    boolean hasBytes() {
      return actualReadableBytes() > 0;
    }
  }

  Channel channel() {
    return channel;
  }

  Writability writability() {
    return writability;
  }

  // What handlers' threads ask.

  /** Reads more of what the client sends, when the event loop comes to it. */
  void more() {
    channel.eventLoop().execute(this::pull);
  }

  /**
   * The exchange's answer is on its way.
   *
   * @param isReusable whether both sides can go on with another request
   */
  void finished(Exchange exchange, ChannelFuture lastWrite, boolean isReusable) {
    channel.eventLoop().execute(() -> finish(exchange, lastWrite, isReusable));
  }

  /** Writes the head of the answer, and from here on all bytes are the handler's, both ways. */
  void hijack(ByteBuf head, ClientInput input, StreamForm streamForm) {
    channel
        .eventLoop()
        .execute(
            () -> {
              hijacked = input;
              form = streamForm;
              channel.pipeline().remove(encoder);
              var _ = channel.writeAndFlush(head);
              channel.pipeline().remove(decoder);
              if (isInputClosed) {
                input.end();
              }
            });
  }

  /** Ends the output now, and the connection when the client has ended its side, or soon. */
  void closeHijacked() {
    channel.eventLoop().execute(() -> linger(channel.writeAndFlush(Unpooled.EMPTY_BUFFER)));
  }

  /** Lets the request in work end, and takes no other; streams and idle connections end now. */
  static void shutDown(Channel channel) {
    channel
        .eventLoop()
        .execute(
            () -> {
              HttpConnection connection = channel.pipeline().get(HttpConnection.class);
              if (connection != null) {
                connection.shutDown();
              }
            });
  }

  private void shutDown() {
    isClosing = true;
    if (form != null && !isLingering) {
      // A stream that just ended would pass for a whole one.
      linger(channel.writeAndFlush(form.error(STOPPING)));
      var _ = channel.eventLoop().schedule(this::closeNow, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else if (current == null || hijacked != null) {
      var _ = channel.close();
    } else {
      current.clientIsGone();
    }
  }

  // What happens on the event loop.

  @Override
  public void channelActive(ChannelHandlerContext context) {
    next();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    hasProduced = true;
    if (isLingering) {
      ReferenceCountUtil.release(message);
    } else if (hijacked != null) {
      if (message instanceof ByteBuf bytes) {
        hijacked.offer(bytes);
      } else {
        ReferenceCountUtil.release(message);
      }
    } else if (message instanceof HttpObject object) {
      early.add(object);
      takeEarly();
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void takeEarly() {
    while (!early.isEmpty() && (isBodyOpen || current == null)) {
      HttpObject object = early.remove();
      if (object instanceof HttpRequest request) {
        begin(request);
      }
      if (object instanceof HttpContent content) {
        takeContent(content);
      }
    }
  }

  private void begin(HttpRequest request) {
    if (idle != null) {
      idle.cancel(false);
      idle = null;
    }
    isBodyOpen = true;
    drainedBytes = 0;
    var exchange = new Exchange(this, routes, request, new ClientInput(this::more));
    current = exchange;
    handlers.execute(exchange::serve);
  }

  private void takeContent(HttpContent content) {
    boolean isLast = content instanceof LastHttpContent;
    if (current == null) {
      drainedBytes += content.content().readableBytes();
      content.release();
    } else if (content.decoderResult().isFailure()) {
      current
          .input()
          .end(new ClientInput.Broken("malformed body: " + content.decoderResult().cause()));
      current.breakOff();
      content.release();
    } else {
      current.input().offer(content.content());
    }
    if (isLast) {
      isBodyOpen = false;
      if (current == null) {
        next();
      } else {
        current.input().end();
        watch(current);
      }
    } else if (current == null) {
      drain();
    }
  }

  /** With nothing left to read for the request, reads on to notice a client that goes away. */
  private void watch(Exchange exchange) {
    if (!exchange.isHijacking() && !decoder.hasBytes()) {
      channel.read();
    }
  }

  private void pull() {
    if (isPulling || !channel.isActive() || isLingering) {
      return;
    }
    if (hijacked != null) {
      channel.read();
      return;
    }
    if (current != null && !isBodyOpen) {
      return;
    }
    isPulling = true;
    hasProduced = false;
    if (decoder.hasBytes()) {
      channel.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
      // Ends this read for the decoder too: it then knows later that a read brought no message.
      channel.pipeline().fireChannelReadComplete();
    }
    isPulling = false;
    if (!hasProduced) {
      if (!isInputClosed) {
        channel.read();
      } else if (current == null) {
        closeWhenWritten();
      }
    }
  }

  void closeNow() {
    var _ = channel.close();
  }

  private void closeWhenWritten() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private void finish(Exchange exchange, ChannelFuture lastWrite, boolean isReusable) {
    if (current != exchange) {
      return;
    }
    current = null;
    exchange.input().discard();
    if (!isReusable || isClosing || (isBodyOpen && isInputClosed)) {
      linger(lastWrite);
    } else if (isBodyOpen) {
      drain();
    } else {
      next();
    }
  }

  private void drain() {
    if (drainedBytes > DRAINED_BYTES) {
      linger(channel.writeAndFlush(Unpooled.EMPTY_BUFFER));
    } else {
      more();
    }
  }

  private void next() {
    takeEarly();
    if (current == null && !isBodyOpen) {
      if (idle == null && channel.isActive()) {
        idle = channel.eventLoop().schedule(this::closeNow, IDLE_SECONDS, TimeUnit.SECONDS);
      }
      more();
    }
  }

  /**
   * Closes, but not before the client could read the answer: a socket closed with unread input
   * resets the connection and takes the answer with it.
   */
  private void linger(ChannelFuture lastWrite) {
    isLingering = true;
    lastWrite.addListener(
        (ChannelFutureListener)
            written -> {
              if (isInputClosed || !written.isSuccess() || !channel.isActive()) {
                var _ = channel.close();
                return;
              }
              var _ = ((DuplexChannel) channel).shutdownOutput();
              channel.config().setAutoRead(true);
              var _ =
                  channel
                      .eventLoop()
                      .schedule(this::closeNow, LINGER_MILLIS, TimeUnit.MILLISECONDS);
            });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      isInputClosed = true;
      if (hijacked != null && !isLingering) {
        hijacked.end();
      } else if (current != null && !isLingering) {
        current.input().end(new ClientInput.Broken("the connection ended before the body did"));
        current.clientIsGone();
      } else if (isLingering || (early.isEmpty() && !decoder.hasBytes())) {
        closeWhenWritten();
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    writability.changed();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    var gone = new ClientInput.Broken("the client closed the connection");
    if (idle != null) {
      idle.cancel(false);
    }
    if (current != null) {
      current.clientIsGone();
      current.input().end(gone);
    }
    if (hijacked != null) {
      hijacked.end(gone);
    }
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    writability.changed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection lost: {}", cause.getMessage());
    } else {
      LOG.error("connection ended by a fault", cause);
    }
    var _ = context.close();
  }
}
