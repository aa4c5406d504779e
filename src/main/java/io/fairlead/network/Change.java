package io.fairlead.network;

/**
 * One difference between what the kernel has and what it should have. Data only: it neither acts
 * nor undoes, and prints as one line.
 */
public sealed interface Change {
  /** The fact that is there when the change is done, or no longer. */
  Fact fact();

  record Add(Fact fact) implements Change {
    @Override
    public String toString() {
      return "+ " + fact;
    }
  }

  /** Same thing, other values. */
  record Alter(Fact from, Fact fact) implements Change {
    @Override
    public String toString() {
      return "~ " + from + " -> " + fact;
    }
  }

  record Remove(Fact fact) implements Change {
    @Override
    public String toString() {
      return "- " + fact;
    }
  }
}
