package io.fairlead.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/**
 * A connection over which numbered bytes flow without a pause, while something happens. Its far end
 * sends back what it gets.
 */
public final class HeldConnection implements Closeable {
  private static final int CHUNK_BYTES = 61;

  private final Socket socket;
  private final String ends;
  private final Thread writer;
  private final Thread reader;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicReference<String> failure = new AtomicReference<>("");
  private volatile boolean isEnding;

  /** Begins at once. */
  public HeldConnection(Socket connected) {
    socket = connected;
    ends = ends(connected.getLocalSocketAddress(), connected.getRemoteSocketAddress());
    writer = Thread.ofVirtual().start(this::write);
    reader = Thread.ofVirtual().start(this::read);
  }

  private static String ends(SocketAddress local, SocketAddress remote) {
    return local + " " + remote;
  }

  /** Its end's port. */
  public int port() {
    return socket.getLocalPort();
  }

  private void write() {
    try {
      var out = socket.getOutputStream();
      while (!isEnding) {
        long at = sent.get();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int i = 0; i < chunk.length; i++) {
          chunk[i] = numbered(at + i);
        }
        out.write(chunk);
        sent.addAndGet(chunk.length);
        Thread.sleep(1);
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      failure.compareAndSet("", "sending: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try {
      var in = socket.getInputStream();
      byte[] got = new byte[4096];
      for (int n = in.read(got); n >= 0; n = in.read(got)) {
        long at = received.get();
        for (int i = 0; i < n; i++) {
          if (got[i] != numbered(at + i)) {
            failure.compareAndSet("", "byte %d came back wrong".formatted(at + i));
          }
        }
        received.addAndGet(n);
      }
    } catch (IOException e) {
      failure.compareAndSet("", "receiving: " + e.getMessage());
    }
  }

  private static byte numbered(long at) {
    return (byte) (at % 251);
  }

  /** Waits until a byte that is sent after now has come back. */
  public void awaitFlow() {
    long now = sent.get() + 1;
    Awaitility.await()
        .untilAsserted(
            () -> {
              assertThat(failure.get()).as(ends).isEmpty();
              assertThat(received.get()).as(ends).isGreaterThan(now);
            });
  }

  /** Waits until it has failed, and says how. */
  public String awaitFailure() {
    return Awaitility.await().until(failure::get, how -> !how.isEmpty());
  }

  /** Ends it as two ends do that are done, and claims that all came back that was sent. */
  public void finish() throws InterruptedException {
    isEnding = true;
    writer.join();
    reader.join(5_000);
    assertThat(failure.get()).as(ends).isEmpty();
    assertThat(received.get()).as(ends).isEqualTo(sent.get()).isPositive();
  }

  @Override
  public void close() throws IOException {
    isEnding = true;
    socket.close();
  }
}
