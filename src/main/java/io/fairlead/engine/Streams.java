package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** What containers write and read: live, before their start, and from their logs. */
final class Streams {
  private final Rooms rooms;
  private final EarlyStreams early;

  Streams(Rooms rooms, EarlyStreams early) {
    this.rooms = rooms;
    this.early = early;
  }

  /** The caller holds the container's lock: it is running, or it is not. */
  Attachment join(ContainerRow row, OutputSink sink) {
    if (row.state() == ContainerState.PAUSED) {
      throw new Conflict(
          "container %s is paused, unpause the container before attach".formatted(row.id()));
    }
    if (row.state() == ContainerState.RESTARTING) {
      throw new Conflict(
          "container %s is restarting, wait until the container is running".formatted(row.id()));
    }
    Attachment attachment =
        Lives.isLive(row.state()) ? live(row.id(), sink) : early.join(row.id(), sink);
    return Kept.of(row).spec().stdinOnce() ? attachment : new OpenInput(attachment);
  }

  private Attachment live(String id, OutputSink sink) {
    try {
      return rooms.runtime().attach(id, sink);
    } catch (EngineFault e) {
      if (rooms.runtime().exitStatus(id).isEmpty()) {
        throw e;
      }
      // It has ended just now.
      sink.end();
      return EarlyStreams.Nothing.INSTANCE;
    }
  }

  /** Gives what the log has, and leaves the sink open. */
  void replay(String id, OutputSink sink) {
    var all =
        new LogRequest(false, true, true, OptionalInt.empty(), Optional.empty(), Optional.empty());
    readLog(id, all, new Unending(sink));
  }

  void readLog(String id, LogRequest request, OutputSink sink) {
    Path log = rooms.folder(id).log();
    if (Files.exists(log)) {
      rooms.runtime().readLog(id, log, request, sink);
    } else {
      sink.end();
    }
  }

  private record Unending(OutputSink sink) implements OutputSink {
    @Override
    public boolean accept(Stream stream, Instant at, ByteBuffer bytes) {
      return sink.accept(stream, at, bytes);
    }

    @Override
    public void end() {}
  }

  /** The container was not made to have its input end with the first client. */
  private record OpenInput(Attachment attachment) implements Attachment {
    @Override
    public void write(ByteBuffer bytes) {
      attachment.write(bytes);
    }

    @Override
    public void closeInput() {}

    @Override
    public CompletableFuture<Optional<String>> keptUp() {
      return attachment.keptUp();
    }

    @Override
    public void close() {
      attachment.close();
    }
  }
}
