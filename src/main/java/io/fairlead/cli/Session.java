package io.fairlead.cli;

import io.fairlead.api.DetachKeys;
import io.fairlead.cli.HttpConnection.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Our standard streams joined to a process's, over a connection that the daemon gave away.
 *
 * @param resize where the process's terminal is told its size, with a question mark before the
 *     numbers to come
 */
record Session(
    Daemon daemon, HttpConnection connection, Response output, StreamFlags flags, String resize) {

  /** How it ended. */
  enum End {
    /** The process ended its output. */
    ENDED,

    /** The keys were typed; the process runs on. */
    LEFT
  }

  /** Stays until the process's output ends or the keys are typed. */
  End run(Optional<Terminal> terminal) throws IOException {
    var keys = DetachKeys.parse(flags.detachKeys());
    try {
      terminal.ifPresent(this::join);
      if (flags.attachesInput()) {
        Thread.ofPlatform().daemon().name("stdin").start(() -> sendInput(keys));
      }
      Streams.copy(output);
    } catch (IOException e) {
      if (!keys.isDetached()) {
        throw e;
      }
    } finally {
      terminal.ifPresent(Terminal::close);
    }
    return keys.isDetached() ? End.LEFT : End.ENDED;
  }

  private void join(Terminal terminal) {
    terminal.makeRaw();
    Signals.onArrival("WINCH", () -> tellSize(terminal));
    tellSize(terminal);
  }

  private void tellSize(Terminal terminal) {
    try {
      terminal
          .size()
          .ifPresent(
              size -> daemon.post(resize + "?h=%d&w=%d".formatted(size.height(), size.width())));
    } catch (Refusal e) {
      // It has just ended, and its output tells.
      return;
    }
  }

  private void sendInput(DetachKeys keys) {
    byte[] buffer = new byte[32 * 1024];
    try {
      for (int length; (length = System.in.read(buffer)) > 0; ) {
        send(buffer, length, keys);
        if (keys.isDetached()) {
          connection.close();
          return;
        }
      }
      connection.endOutput();
    } catch (IOException ended) {
      // The process closed its input or has ended: its output tells, not this.
      return;
    }
  }

  private void send(byte[] buffer, int length, DetachKeys keys) throws IOException {
    byte[] bytes = flags.hasTerminal() ? keys.pass(buffer, length) : buffer;
    int count = flags.hasTerminal() ? bytes.length : length;
    connection.write(ByteBuffer.wrap(bytes, 0, count));
  }
}
