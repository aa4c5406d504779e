package io.fairlead.api;

import io.fairlead.runtime.OutputSink.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * The frames in which output and errors share one stream: the stream's type, three zeroes, the
 * length as 32 bits with the highest first, the bytes.
 */
final class Frames {
  static final int HEADER_BYTES = 8;

  /** A frame of this type is an error that the client reports as such. */
  private static final int SYSTEM_ERROR = 3;

  private Frames() {}

  static ByteBuf of(Stream stream, ByteBuffer bytes) {
    return of(stream.type(), Unpooled.copiedBuffer(bytes));
  }

  static ByteBuf error(byte[] text) {
    return of(SYSTEM_ERROR, Unpooled.wrappedBuffer(text));
  }

  private static ByteBuf of(int type, ByteBuf content) {
    ByteBuf header = Unpooled.buffer(HEADER_BYTES, HEADER_BYTES);
    header.writeInt(type << 24).writeInt(content.readableBytes());
    return Unpooled.wrappedBuffer(header, content);
  }

  static byte[] bytes(Stream stream, byte[] content) {
    ByteBuf frame = of(stream.type(), Unpooled.wrappedBuffer(content));
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    return bytes;
  }
}
