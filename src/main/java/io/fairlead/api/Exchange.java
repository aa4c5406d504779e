package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One request and its answer, as a handler sees them. The handler runs on a virtual thread of its
 * own and answers once: with a value, with a stream, or by taking the connection over.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  static final int MAX_JSON_BYTES = 4 * 1024 * 1024;

  private final HttpConnection connection;
  private final HttpRequest request;
  private final ClientInput input;
  private final Routes.Match match;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final HttpHeaders extraHeaders = Headers.common();
  private volatile boolean isBroken;
  private boolean isContinued;
  private @Nullable ClientInput hijacked;
  private int status;

  Exchange(HttpConnection connection, Routes routes, HttpRequest request, ClientInput input) {
    this.connection = connection;
    this.request = request;
    this.input = input;
    this.match =
        request.decoderResult().isFailure()
            ? Routes.refuse(malformed(request.decoderResult().cause()))
            : routes.match(request.method(), request.uri());
    this.isBroken = request.decoderResult().isFailure();
  }

  private static Refusal malformed(Throwable cause) {
    String kind = cause.getClass().getSimpleName();
    int status =
        switch (kind) {
          case "TooLongHttpLineException" -> 414;
          case "TooLongHttpHeaderException" -> 431;
          default -> 400;
        };
    return new Refusal(status, "malformed HTTP request: " + cause.getMessage());
  }

  // For the connection.

  ClientInput input() {
    return input;
  }

  boolean isHijacking() {
    return match.isHijacking();
  }

  /** The connection cannot be used after this exchange. */
  void breakOff() {
    isBroken = true;
  }

  void clientIsGone() {
    gone.complete(null);
  }

  Channel channel() {
    return connection.channel();
  }

  void awaitWritable() throws IOException {
    connection.writability().await(channel());
  }

  /** Runs the operation and sees to it that there is an answer. */
  void serve() {
    long began = System.nanoTime();
    try {
      match.operation().serve(this);
      if (status == 0) {
        throw new IllegalStateException("the operation gave no answer");
      }
    } catch (Throwable e) {
      fail(e);
    } finally {
      if (hijacked != null) {
        hijacked.discard();
      }
      LOG.debug("{} -> {} in {} us", this, status, (System.nanoTime() - began) / 1000);
    }
  }

  private void fail(Throwable cause) {
    if (status == 0) {
      if (!gone.isDone() || !(cause instanceof IOException)) {
        Failures.log(toString(), cause);
      }
      respond(Failures.status(cause), Failures.message(cause));
    } else {
      if (!gone.isDone()) {
        LOG.warn("{} broke off after its answer began", this, cause);
      }
      var _ = channel().close();
    }
  }

  // For operations.

  ApiVersion version() {
    return match.version();
  }

  /** A part of the path that the route names in braces. */
  String parameter(String name) {
    String value = match.parameters().get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no {" + name + "}");
    }
    return value;
  }

  Query query() {
    return Query.parse(request.uri());
  }

  HttpHeaders headers() {
    return request.headers();
  }

  /** The body as it arrives; the client is kept waiting while it is not read. */
  InputStream body() {
    String expected = headers().get(HttpHeaderNames.EXPECT);
    if (expected != null && !isContinued) {
      if (!HttpUtil.is100ContinueExpected(request)) {
        throw new Refusal(417, "unknown Expect header: " + expected);
      }
      isContinued = true;
      var _ =
          channel()
              .writeAndFlush(
                  new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
    return input;
  }

  /** The body, a JSON object of at most {@link #MAX_JSON_BYTES}. */
  JsonNode json() throws IOException {
    String type = headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (!type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      throw new InvalidRequest(
          "unsupported Content-Type header (%s): must be 'application/json'".formatted(type));
    }
    long announced = HttpUtil.getContentLength(request, 0L);
    byte[] text = announced > MAX_JSON_BYTES ? new byte[0] : body().readNBytes(MAX_JSON_BYTES + 1);
    if (Math.max(announced, text.length) > MAX_JSON_BYTES) {
      throw new Refusal(
          413,
          "the request body is larger than %d bytes, the most that is taken here"
              .formatted(MAX_JSON_BYTES));
    }
    if (text.length == 0) {
      throw new InvalidRequest("invalid JSON: got EOF while reading request body");
    }
    return Json.object(text);
  }

  /** The same of a request that may have no body, which is an empty object then. */
  JsonNode optionalJson() throws IOException {
    boolean isEmpty =
        HttpUtil.getContentLength(request, 0L) == 0 && !HttpUtil.isTransferEncodingChunked(request);
    return isEmpty ? Json.object(new byte[] {'{', '}'}) : json();
  }

  /** Adds a header to the answer that is to come. */
  void header(String name, String value) {
    extraHeaders.set(name, value);
  }

  /** Calls back on a thread of its own when the client has gone away, at once if it has. */
  void onGone(Runnable action) {
    var _ = gone.thenRun(() -> Thread.ofVirtual().name("api-gone").start(action));
  }

  CompletableFuture<Void> gone() {
    return gone;
  }

  /** Answers without a body. */
  void respond(int code) {
    respond(code, Unpooled.EMPTY_BUFFER, "");
  }

  void respond(int code, Object json) {
    respond(code, Unpooled.wrappedBuffer(Json.bytes(json)), "application/json");
  }

  void respondText(int code, String text) {
    respond(code, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), "text/plain; charset=utf-8");
  }

  boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  private void respond(int code, ByteBuf content, String type) {
    boolean isHead = isHead();
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(code),
            isHead ? Unpooled.EMPTY_BUFFER : content);
    if (!type.isEmpty()) {
      response.headers().set("Content-Type", type);
    }
    if (code != 204 && code != 304) {
      response.headers().set("Content-Length", content.readableBytes());
    }
    boolean isReusable = begin(response, code);
    connection.finished(this, channel().writeAndFlush(response), isReusable);
  }

  /** Sends the head of the answer at once; what is written to the result follows as its body. */
  ResponseStream stream(int code, String type) {
    var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
    response.headers().set("Content-Type", type);
    if (isHttp10()) {
      isBroken = true;
    } else {
      response.headers().set("Transfer-Encoding", "chunked");
    }
    begin(response, code);
    var _ = channel().writeAndFlush(response, channel().voidPromise());
    return new ResponseStream(this);
  }

  void endStream() {
    var last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    connection.finished(this, channel().writeAndFlush(last), isReusable());
  }

  /**
   * Takes the connection over.
   *
   * @param form of the stream; its type is told only to clients that asked for an upgrade
   */
  Hijack hijack(StreamForm form) {
    begin(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), 101);
    var head = new StringBuilder();
    if (headers().contains(HttpHeaderNames.UPGRADE)) {
      head.append("HTTP/1.1 101 UPGRADED\r\nContent-Type: ").append(form.type(version()));
      head.append("\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n");
    } else {
      head.append("HTTP/1.1 200 OK\r\nContent-Type: ").append(Headers.RAW_STREAM).append("\r\n");
    }
    extraHeaders.forEach(
        each -> head.append(each.getKey()).append(": ").append(each.getValue()).append("\r\n"));
    head.append("\r\n");
    var raw = new ClientInput(connection::more);
    hijacked = raw;
    connection.hijack(Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII), raw, form);
    return new Hijack(connection, raw);
  }

  private boolean begin(HttpResponse response, int code) {
    if (status != 0) {
      throw new IllegalStateException("answered twice");
    }
    status = code;
    response.headers().add(extraHeaders);
    boolean isReusable = isReusable();
    if (!isReusable) {
      response.headers().set("Connection", "close");
    } else if (isHttp10()) {
      response.headers().set("Connection", "keep-alive");
    }
    return isReusable;
  }

  private boolean isHttp10() {
    return request.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  /** A client still waiting for its 100 may or may not send the body: that cannot be told apart. */
  private boolean isReusable() {
    return !isBroken
        && HttpUtil.isKeepAlive(request)
        && (isContinued || !headers().contains(HttpHeaderNames.EXPECT));
  }

  @Override
  public String toString() {
    return request.method() + " " + request.uri().replaceAll("[\\p{Cntrl}]", "?");
  }
}
