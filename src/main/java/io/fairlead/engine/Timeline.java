package io.fairlead.engine;

import java.util.HashSet;
import java.util.Set;

/**
 * When each step of one start or one end was done, for the log: {@code allocated 0.4, recorded 0.9,
 * ... ms}. Passes the steps on. Steps side by side may use it at once.
 */
final class Timeline implements Checkpoints {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Checkpoints listener;
  private final long began = System.nanoTime();
  private final StringBuilder steps = new StringBuilder();
  private final Set<String> names = new HashSet<>();

  Timeline(Checkpoints listener) {
    this.listener = listener;
  }

  /** A step for the log after which nothing new is to be found again. */
  synchronized void passed(String step) {
    names.add(step);
    double millis = (System.nanoTime() - began) / NANOS_PER_MILLI;
    steps.append(steps.isEmpty() ? "" : ", ").append(step).append(' ');
    steps.append("%.1f".formatted(millis));
  }

  synchronized boolean has(String step) {
    return names.contains(step);
  }

  @Override
  public void reached(String step) {
    passed(step.substring(step.indexOf(": ") + 2));
    listener.reached(step);
  }

  @Override
  public synchronized String toString() {
    return steps + " ms";
  }
}
