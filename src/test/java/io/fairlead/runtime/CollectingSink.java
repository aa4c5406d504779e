package io.fairlead.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Remembers what it was given; pieces of standard error are marked with {@code !}. */
class CollectingSink implements OutputSink {
  private static final int PATIENCE_SECONDS = 30;

  private final StringBuilder text = new StringBuilder();
  private final CountDownLatch ended = new CountDownLatch(1);
  private long bytes;

  @Override
  public synchronized boolean accept(Stream stream, Instant at, ByteBuffer piece) {
    bytes += piece.remaining();
    if (stream == Stream.STDERR) {
      text.append('!');
    }
    text.append(StandardCharsets.UTF_8.decode(piece));
    notifyAll();
    return true;
  }

  @Override
  public void end() {
    ended.countDown();
  }

  synchronized String text() {
    return text.toString();
  }

  synchronized long bytes() {
    return bytes;
  }

  boolean awaitEnd() throws InterruptedException {
    return ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits for a text to come; what has come so far, if it does not. */
  synchronized String awaitText(String wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (text.indexOf(wanted) < 0 && System.nanoTime() < deadline) {
      wait(1000);
    }
    return text.toString();
  }
}
