package io.fairlead.api;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A body that is written piece by piece, each sent at once; waits while the client is behind. Its
 * close is the body's end.
 */
final class ResponseStream extends OutputStream {
  private final Exchange exchange;
  private boolean isClosed;

  ResponseStream(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Channel channel = exchange.channel();
    exchange.awaitWritable();
    var _ =
        channel.writeAndFlush(
            new DefaultHttpContent(Unpooled.copiedBuffer(bytes, offset, length)),
            channel.voidPromise());
  }

  /** One JSON value and a line end, as Docker's progress streams are made of. */
  void json(Object value) throws IOException {
    byte[] text = Json.bytes(value);
    byte[] line = new byte[text.length + 2];
    System.arraycopy(text, 0, line, 0, text.length);
    line[text.length] = '\r';
    line[text.length + 1] = '\n';
    write(line);
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      exchange.endStream();
    }
  }
}
