package io.fairlead.linux;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor with one owner, which closes it. */
public final class Fd implements AutoCloseable {
  private final AtomicInteger number;

  /** Takes over an open descriptor. */
  public Fd(int number) {
    this.number = new AtomicInteger(number);
  }

  /**
   * @throws IllegalStateException if it was closed
   */
  public int number() {
    int n = number.get();
    if (n < 0) {
      throw new IllegalStateException("descriptor is closed");
    }
    return n;
  }

  @Override
  public void close() {
    int n = number.getAndSet(-1);
    if (n >= 0) {
      Libc.close(n);
    }
  }
}
