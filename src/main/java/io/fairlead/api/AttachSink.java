package io.fairlead.api;

import io.fairlead.runtime.OutputSink;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A process's output on its way to an attached client. It keeps next to nothing: what the client
 * has not taken waits where it comes from.
 */
final class AttachSink implements OutputSink {
  private final Set<Stream> wanted;
  private final StreamForm form;

  /** Null when nobody reads any more. */
  private final CompletableFuture<@Nullable Hijack> client = new CompletableFuture<>();

  AttachSink(Set<Stream> wanted, StreamForm form) {
    this.wanted = wanted;
    this.form = form;
  }

  /** The client has the answer's head: output may follow. */
  void open(Hijack hijack) {
    client.complete(hijack);
  }

  @Override
  public boolean awaitRoom(Duration patience) throws InterruptedException {
    Hijack hijack = client.join();
    return hijack == null || hijack.awaitRoom(patience);
  }

  @Override
  public boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
    Hijack hijack = client.join();
    if (hijack == null || !hijack.isOpen()) {
      return false;
    }
    if (wanted.contains(stream) && bytes.hasRemaining()) {
      ByteBuf piece = form.of(stream, bytes);
      var _ = hijack.write(piece);
    }
    return true;
  }

  /**
   * The error waits behind what the client has not read yet, for as long as the client is there: a
   * stream that just ended would pass for a whole one.
   */
  @Override
  public void cutOff(String why) {
    Hijack hijack = client.join();
    if (hijack != null) {
      var _ = hijack.write(form.error(cutOffWords(why)));
    }
  }

  static String cutOffWords(String why) {
    return "cut off: %s; docker logs has all of a container's output".formatted(why);
  }

  @Override
  public void end() {
    var _ =
        client.thenAccept(
            hijack -> {
              if (hijack != null) {
                hijack.close();
              }
            });
  }

  /** Nobody reads any more. */
  void drop() {
    var _ = client.complete(null);
  }
}
