package io.fairlead.testing;

import io.fairlead.runtime.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Keeps what a container writes, each stream by itself. */
public final class CollectingSink implements OutputSink {
  private final Map<Stream, ByteArrayOutputStream> streams = new EnumMap<>(Stream.class);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private int ends;

  @Override
  public synchronized boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    streams.computeIfAbsent(stream, s -> new ByteArrayOutputStream()).writeBytes(copy);
    return true;
  }

  @Override
  public synchronized void end() {
    ends++;
    ended.complete(null);
  }

  public synchronized String text(Stream stream) {
    var bytes = streams.get(stream);
    return bytes == null ? "" : bytes.toString(StandardCharsets.UTF_8);
  }

  /** How often the end was told; it should be once. */
  public synchronized int ends() {
    return ends;
  }

  /** Waits until there will be no more. */
  public CollectingSink awaitEnd() {
    ended.orTimeout(30, TimeUnit.SECONDS).join();
    return this;
  }
}
