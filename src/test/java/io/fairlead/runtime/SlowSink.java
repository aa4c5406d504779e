package io.fairlead.runtime;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/** A client that reads nothing until it is told to; how long that seems is up to the test. */
final class SlowSink extends CollectingSink {
  private final Semaphore signs = new Semaphore(0);
  private volatile boolean isReading;
  private volatile String cutOff = "";

  @Override
  public boolean awaitRoom(Duration patience) throws InterruptedException {
    if (!isReading) {
      signs.acquire();
    }
    return isReading;
  }

  @Override
  public void cutOff(String why) {
    cutOff = why;
  }

  /** As if the patience with it were at its end. */
  void losePatience() {
    signs.release();
  }

  void read() {
    isReading = true;
    signs.release();
  }

  String cutOff() {
    return cutOff;
  }
}
