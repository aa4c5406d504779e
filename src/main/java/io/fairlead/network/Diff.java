package io.fairlead.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The only planner: what to change so that one state becomes another, in an order in which the
 * kernel takes it. Pure: start, stop, publish, failure, crash and repair are calls of it with other
 * arguments.
 */
public final class Diff {
  private Diff() {}

  /** The changes that make {@code have} into {@code want}. Empty when nothing differs. */
  public static List<Change> diff(State have, State want) {
    var changes = new ArrayList<Change>();
    for (Fact fact : want.facts()) {
      have.get(fact.key())
          .ifPresentOrElse(
              there -> {
                if (!there.equals(fact)) {
                  changes.add(new Change.Alter(there, fact));
                }
              },
              () -> changes.add(new Change.Add(fact)));
    }
    List<Fact> unwanted =
        have.facts().stream()
            .filter(fact -> want.get(fact.key()).isEmpty() && !(fact instanceof Fact.HostSwitch))
            .toList();
    List<Fact> takers = unwanted.stream().filter(State::takesOthers).toList();
    // What goes by itself with its container (addresses with their link, all with its namespace)
    // costs no call.
    unwanted.stream()
        .filter(fact -> takers.stream().noneMatch(gone -> State.goesWith(gone, fact)))
        .forEach(fact -> changes.add(new Change.Remove(fact)));
    changes.sort(Comparator.comparingInt(Diff::rank));
    return List.copyOf(changes);
  }

  /**
   * The place of a change in the order. A held port is let go before another takes it, and its
   * listener before it; links come before what lies on them; the firewall's removals come before
   * its additions and both in one run, so that they can be one transaction, after everything that
   * the new elements lead to and before anything that the old ones led to goes.
   */
  private static int rank(Change change) {
    return switch (change) {
      case Change.Add(Fact fact) -> additionRank(fact);
      case Change.Alter(Fact _, Fact fact) -> additionRank(fact);
      case Change.Remove(Fact fact) -> removalRank(fact);
    };
  }

  private static int additionRank(Fact fact) {
    return switch (fact) {
      case Fact.HostSwitch _ -> 2;
      case Fact.Skeleton _, Fact.ForeignRule _ -> 3;
      case Fact.Bridge _ -> 4;
      case Fact.Sysctl _ -> 5;
      case Fact.Pin _ -> 6;
      case Fact.Veth _ -> 7;
      case Fact.ForwardingEntry _, Fact.Address _ -> 8;
      case Fact.Route _ -> 9;
      case Fact.HeldPort _ -> 10;
      case Fact.Element _ -> 12;
      case Fact.Listener _ -> 13;
    };
  }

  private static int removalRank(Fact fact) {
    return switch (fact) {
      case Fact.Listener _ -> 0;
      case Fact.HeldPort _ -> 1;
      case Fact.Element _ -> 11;
      case Fact.Route _ -> 14;
      case Fact.ForwardingEntry _, Fact.Address _ -> 15;
      case Fact.Veth _ -> 16;
      case Fact.Pin _ -> 17;
      case Fact.Sysctl _, Fact.HostSwitch _ -> 18;
      case Fact.Bridge _ -> 19;
      case Fact.Skeleton _, Fact.ForeignRule _ -> 20;
    };
  }
}
