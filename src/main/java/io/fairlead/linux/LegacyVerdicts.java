package io.fairlead.linux;

import io.fairlead.linux.LegacyTable.EntryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/** How chains of iptables-legacy end for a packet that no condition is about. */
final class LegacyVerdicts {
  /** -NF_DROP - 1 (linux/netfilter.h). */
  static final int DROP = -1;

  /** XT_RETURN (linux/netfilter/x_tables.h). */
  static final int RETURN = -5;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private final EntryLayout layout;
  private final MemorySegment entries;

  /** By the offset of a chain's first entry. The kernel refuses loops. */
  private final Map<Integer, Integer> ends = new HashMap<>();

  LegacyVerdicts(EntryLayout layout, MemorySegment entries) {
    this.layout = layout;
    this.entries = entries;
  }

  /**
   * A standard target's verdict, which is negative, from an entry on. A hook's chain ends in an
   * entry with its policy, one that a user made in {@link #RETURN}.
   */
  int end(int from) {
    Integer known = ends.get(from);
    if (known == null) {
      known = walk(from);
      ends.put(from, known);
    }
    return known;
  }

  private int walk(int from) {
    long at = from;
    while (at < entries.byteSize()) {
      long next = layout.next(entries, at);
      if (isUnconditional(at)) {
        int verdict = verdict(layout.target(entries, at), next);
        if (verdict < 0) {
          return verdict;
        }
        if (verdict != next) {
          int behind = end(verdict);
          if (behind != RETURN || layout.isGoto(entries, at)) {
            return behind;
          }
        }
      }
      at = next;
    }
    return RETURN;
  }

  /** Negative, or the offset of the entry that is asked next. */
  private int verdict(long target, long next) {
    return switch (entries.getString(target + LegacyTable.NAME)) {
      case "" -> entries.get(INT, target + LegacyTable.DATA);
      case "REJECT" -> DROP;
      default -> (int) next;
    };
  }

  private boolean isUnconditional(long at) {
    return !layout.asksTheHeader(entries, at)
        && layout.matches(entries, at).stream()
            .allMatch(match -> LegacyTable.isComment(entries, match));
  }
}
