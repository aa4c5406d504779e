package io.fairlead.engine;

import io.fairlead.runtime.OutputSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * An exec's output on its way to its client. Its end waits for the record: who has seen the end may
 * ask for the exit code at once, as the docker command does.
 */
final class ExecOutput implements OutputSink {
  private final OutputSink client;
  private final CompletableFuture<String> recorded = new CompletableFuture<>();

  ExecOutput(OutputSink client) {
    this.client = client;
  }

  /**
   * @param lastWords why it did not start, for the client; else empty
   */
  void recorded(String lastWords) {
    recorded.complete(lastWords);
  }

  @Override
  public boolean awaitRoom(Duration patience) throws InterruptedException {
    return client.awaitRoom(patience);
  }

  @Override
  public boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
    return client.accept(stream, at, bytes);
  }

  @Override
  public void cutOff(String why) {
    client.cutOff(why);
  }

  @Override
  public void end() {
    var _ =
        recorded.thenAccept(
            lastWords -> {
              if (!lastWords.isEmpty()) {
                byte[] line = (lastWords + "\r\n").getBytes(StandardCharsets.UTF_8);
                client.accept(Stream.STDOUT, Instant.now(), ByteBuffer.wrap(line));
              }
              client.end();
            });
  }
}
