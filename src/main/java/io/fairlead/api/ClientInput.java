package io.fairlead.api;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a client sends: a request's body, or what follows a hijack. The event loop puts pieces
 * in, a handler's thread takes them out; the socket is read only while less than {@link #ENOUGH} is
 * waiting, so an upload of any size costs that much memory.
 */
final class ClientInput extends InputStream {
  /** The client's fault, not ours: it sent less than it promised, or what cannot be decoded. */
  static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }

  private static final int ENOUGH = 256 * 1024;

  private final Runnable more;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private int waitingBytes;
  private boolean isEnded;
  private boolean isDiscarded;
  private @Nullable Broken failure;

  /**
   * @param more asks the connection to read from the socket; may be called from any thread
   */
  ClientInput(Runnable more) {
    this.more = more;
  }

  /** Takes a piece over, with its reference count. */
  void offer(ByteBuf piece) {
    boolean isHungry;
    lock.lock();
    try {
      if (isDiscarded || !piece.isReadable()) {
        piece.release();
      } else {
        pieces.add(piece);
        waitingBytes += piece.readableBytes();
      }
      isHungry = !isEnded && waitingBytes < ENOUGH;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    if (isHungry) {
      more.run();
    }
  }

  /** No more will come. */
  void end() {
    end(null);
  }

  void end(@Nullable Broken cause) {
    lock.lock();
    try {
      if (!isEnded) {
        isEnded = true;
        failure = cause;
        arrived.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody will read any more: gives back what is waiting, and what still arrives. */
  void discard() {
    lock.lock();
    try {
      isDiscarded = true;
      while (!pieces.isEmpty()) {
        pieces.remove().release();
      }
      waitingBytes = 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /** Blocks until at least one byte is here. */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    boolean isHungry;
    int count;
    lock.lock();
    try {
      if (!awaitPiece()) {
        return -1;
      }
      ByteBuf piece = pieces.element();
      count = Math.min(length, piece.readableBytes());
      piece.readBytes(target, offset, count);
      waitingBytes -= count;
      if (!piece.isReadable()) {
        pieces.remove().release();
      }
      isHungry = !isEnded && waitingBytes < ENOUGH / 2;
    } finally {
      lock.unlock();
    }
    if (isHungry) {
      more.run();
    }
    return count;
  }

  /** Waits under the lock; false at the end. */
  private boolean awaitPiece() throws IOException {
    while (pieces.isEmpty()) {
      if (failure != null) {
        throw failure;
      }
      if (isEnded || isDiscarded) {
        return false;
      }
      more.run();
      try {
        arrived.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading what the client sends", e);
      }
    }
    return true;
  }
}
