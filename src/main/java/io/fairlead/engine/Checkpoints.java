package io.fairlead.engine;

/**
 * Told of each step after which the engine may die: all that follows a step is found again in the
 * records and in the kernel. Only tests listen.
 */
@FunctionalInterface
interface Checkpoints {
  Checkpoints NONE = step -> {};

  /**
   * @param step {@code start: recorded}
   */
  void reached(String step);
}
