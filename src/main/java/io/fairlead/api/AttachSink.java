package io.fairlead.api;

import io.fairlead.runtime.OutputSink;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A container's output on its way to an attached client. It never keeps the container waiting: what
 * the client has not taken yet is kept here, up to {@link #MAX_BEHIND_BYTES}; a client further
 * behind is cut off (the log has everything).
 */
final class AttachSink implements OutputSink {
  static final long MAX_BEHIND_BYTES = 8L * 1024 * 1024;

  private final Set<Stream> wanted;
  private final StreamForm form;
  private final Object lock = new Object();
  private final Queue<ByteBuf> held = new ArrayDeque<>();
  private @Nullable Hijack client;
  private long behindBytes;
  private boolean isEnded;
  private boolean isCutOff;

  AttachSink(Set<Stream> wanted, StreamForm form) {
    this.form = form;
    this.wanted = wanted;
  }

  /** The client has the answer's head: what came before it follows now. */
  void open(Hijack hijack) {
    synchronized (lock) {
      client = hijack;
      while (!held.isEmpty()) {
        send(hijack, held.remove());
      }
      if (isCutOff) {
        cutOff(hijack);
      } else if (isEnded) {
        hijack.close();
      }
    }
  }

  @Override
  public boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
    if (!wanted.contains(stream) || !bytes.hasRemaining()) {
      return true;
    }
    synchronized (lock) {
      if (isCutOff || isEnded) {
        return false;
      }
      ByteBuf frame = form.of(stream, bytes);
      behindBytes += frame.readableBytes();
      if (behindBytes > MAX_BEHIND_BYTES) {
        frame.release();
        isCutOff = true;
        if (client != null) {
          cutOff(client);
        }
        return false;
      }
      if (client == null) {
        held.add(frame);
      } else {
        send(client, frame);
      }
      return true;
    }
  }

  private void send(Hijack hijack, ByteBuf frame) {
    int size = frame.readableBytes();
    hijack
        .write(frame)
        .addListener(
            written -> {
              synchronized (lock) {
                behindBytes -= size;
                if (!written.isSuccess()) {
                  isCutOff = true;
                }
              }
            });
  }

  /** The error waits behind what the client has not read; one that never reads is given up. */
  private void cutOff(Hijack hijack) {
    String text =
        "cut off: this client was more than %d MiB behind; docker logs has all of the output"
            .formatted(MAX_BEHIND_BYTES / 1024 / 1024);
    var _ = hijack.write(form.error(text.getBytes(StandardCharsets.UTF_8)));
    hijack.close();
    hijack.abortSoon();
  }

  @Override
  public void end() {
    synchronized (lock) {
      isEnded = true;
      if (client != null && !isCutOff) {
        client.close();
      }
    }
  }

  /** Nobody reads any more. */
  void drop() {
    synchronized (lock) {
      isCutOff = true;
      while (!held.isEmpty()) {
        held.remove().release();
      }
    }
  }
}
