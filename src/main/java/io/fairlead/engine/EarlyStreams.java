package io.fairlead.engine;

import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.OutputSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The clients that attached to a container before it runs. Its start connects them before the
 * process runs, so that they miss no byte.
 */
final class EarlyStreams {
  private final Map<String, List<Early>> waiting = new HashMap<>();

  Attachment join(String containerId, OutputSink sink) {
    var early = new Early(containerId, sink);
    synchronized (this) {
      waiting.computeIfAbsent(containerId, id -> new ArrayList<>()).add(early);
    }
    return early;
  }

  /** Gives each of a container's clients its hold on the streams that are there now. */
  void connect(String containerId, Function<OutputSink, Attachment> attach) {
    for (var early : take(containerId)) {
      var live = attach.apply(early.sink);
      if (!early.live.complete(live)) {
        live.close();
      }
    }
  }

  /** The container will not run: its clients' output ends with nothing. */
  void end(String containerId) {
    for (var early : take(containerId)) {
      early.live.complete(Nothing.INSTANCE);
      early.sink.end();
    }
  }

  /** The engine closes: all output ends. */
  void close() {
    List<String> all;
    synchronized (this) {
      all = List.copyOf(waiting.keySet());
    }
    all.forEach(this::end);
  }

  private synchronized List<Early> take(String containerId) {
    var list = waiting.remove(containerId);
    return list == null ? List.of() : list;
  }

  private synchronized void leave(Early early) {
    waiting.computeIfPresent(
        early.containerId,
        (id, list) -> {
          list.remove(early);
          return list.isEmpty() ? null : list;
        });
  }

  /** Until the start, input waits and its end is remembered. */
  private final class Early implements Attachment {
    private final String containerId;
    private final OutputSink sink;
    private final CompletableFuture<Attachment> live = new CompletableFuture<>();

    Early(String containerId, OutputSink sink) {
      this.containerId = containerId;
      this.sink = sink;
    }

    @Override
    public void write(ByteBuffer bytes) {
      live.join().write(bytes);
    }

    @Override
    public void closeInput() {
      var _ = live.thenAccept(Attachment::closeInput);
    }

    @Override
    public CompletableFuture<Optional<String>> keptUp() {
      return live.getNow(Nothing.INSTANCE).keptUp();
    }

    @Override
    public void close() {
      leave(this);
      live.complete(Nothing.INSTANCE);
      live.join().close();
    }
  }

  /** A hold on nothing. */
  enum Nothing implements Attachment {
    INSTANCE;

    @Override
    public void write(ByteBuffer bytes) {
      bytes.position(bytes.limit());
    }

    @Override
    public void closeInput() {}

    @Override
    public CompletableFuture<Optional<String>> keptUp() {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void close() {}
  }
}
