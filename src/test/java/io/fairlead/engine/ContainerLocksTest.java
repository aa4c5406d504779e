package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Unavailable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContainerLocksTest {
  private final ContainerLocks locks = new ContainerLocks();

  @Test
  void oneContainerIsWorkedOnByOneAtATime() throws InterruptedException {
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var threads =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(
                i ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              try (var _ = locks.hold("a")) {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                Thread.onSpinWait();
                                inside.decrementAndGet();
                              }
                            }))
            .toList();
    for (var thread : threads) {
      thread.join();
    }

    assertThat(most).hasValue(1);
    assertThat(locks.size()).isZero();
  }

  @Test
  void closingWaitsForThoseInsideAndLetsNobodyIn() throws InterruptedException {
    var held = locks.hold("a");
    var isClosed = new CountDownLatch(1);
    var closer =
        Thread.ofVirtual()
            .start(
                () -> {
                  locks.close();
                  isClosed.countDown();
                });
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    assertThat(isClosed.getCount()).isEqualTo(1);
    assertThatThrownBy(() -> locks.hold("b")).isInstanceOf(Unavailable.class);
    held.close();
    closer.join();
    assertThat(isClosed.getCount()).isZero();
  }
}
