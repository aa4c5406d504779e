package io.fairlead.api;

import io.fairlead.runtime.OutputSink.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How output goes to a client: in frames that tell output from errors, or as it is where a terminal
 * has made one stream of both.
 */
enum StreamForm {
  FRAMES {
    @Override
    String type(ApiVersion version) {
      return Headers.multiplexed(version);
    }

    @Override
    ByteBuf of(Stream stream, ByteBuffer bytes) {
      return Frames.of(stream, bytes);
    }

    @Override
    ByteBuf error(String text) {
      return Frames.error(text.getBytes(StandardCharsets.UTF_8));
    }
  },

  RAW {
    @Override
    String type(ApiVersion version) {
      return Headers.RAW_STREAM;
    }

    @Override
    ByteBuf of(Stream stream, ByteBuffer bytes) {
      return Unpooled.copiedBuffer(bytes);
    }

    // Only a person can tell it from output.
    @Override
    ByteBuf error(String text) {
      return Unpooled.copiedBuffer("\r\n" + text, StandardCharsets.UTF_8);
    }
  };

  static StreamForm of(boolean hasTerminal) {
    return hasTerminal ? RAW : FRAMES;
  }

  /** The media type that is told to a client of this version. */
  abstract String type(ApiVersion version);

  abstract ByteBuf of(Stream stream, ByteBuffer bytes);

  /** What the client shows as an error of the engine. */
  abstract ByteBuf error(String text);

  byte[] bytes(Stream stream, byte[] content) {
    return this == RAW ? content : Frames.bytes(stream, content);
  }
}
