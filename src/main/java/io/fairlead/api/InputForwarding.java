package io.fairlead.api;

import io.fairlead.runtime.Attachment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Gives a client's bytes to a process, which may keep the client waiting. */
record InputForwarding(Hijack client, Attachment process) {
  private static final int INPUT_BYTES = 32 * 1024;

  /**
   * @param isOnce whether the client's end is the process's too; else, as with Docker, an input
   *     that may come back ends this client only
   */
  void forward(boolean isOnce) throws IOException {
    byte[] bytes = new byte[INPUT_BYTES];
    InputStream input = client.input();
    for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
      process.write(ByteBuffer.wrap(bytes, 0, count));
    }
    if (isOnce) {
      process.closeInput();
    } else {
      client.close();
    }
  }

  /**
   * To a terminal, until the client ends its side or types the keys; either ends this client only.
   *
   * @return whether the keys were typed
   */
  boolean forwardTyped(DetachKeys keys) throws IOException {
    byte[] bytes = new byte[INPUT_BYTES];
    InputStream input = client.input();
    for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
      byte[] passed = keys.pass(bytes, count);
      if (passed.length > 0) {
        process.write(ByteBuffer.wrap(passed));
      }
      if (keys.isDetached()) {
        break;
      }
    }
    process.close();
    client.close();
    return keys.isDetached();
  }
}
