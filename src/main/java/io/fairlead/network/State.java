package io.fairlead.network;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the kernel has, or should have, for some scope: facts, one for each thing. Immutable; two
 * states are equal when they have equal facts, in whatever order.
 */
public final class State {
  public static final State EMPTY = new State(Map.of());

  private final Map<Fact.Key, Fact> facts;

  private State(Map<Fact.Key, Fact> facts) {
    this.facts = facts;
  }

  /**
   * @throws IllegalArgumentException if two facts are about the same thing and differ
   */
  public static State of(Collection<? extends Fact> facts) {
    var byKey = new LinkedHashMap<Fact.Key, Fact>();
    for (Fact fact : facts) {
      Fact other = byKey.put(fact.key(), fact);
      if (other != null && !other.equals(fact)) {
        throw new IllegalArgumentException("contradiction: %s and %s".formatted(other, fact));
      }
    }
    return new State(Collections.unmodifiableMap(byKey));
  }

  public static State of(Fact... facts) {
    return of(Arrays.asList(facts));
  }

  /** Both together; where both speak of the same thing, the other's word counts. */
  public State with(State other) {
    var both = new LinkedHashMap<>(facts);
    both.putAll(other.facts);
    return new State(Collections.unmodifiableMap(both));
  }

  /** The facts for which a claim holds. */
  public State only(Predicate<Fact> claim) {
    return of(facts.values().stream().filter(claim).toList());
  }

  /**
   * What this state is after a change, as the kernel does it: what a removed thing contained goes
   * with it.
   */
  public State after(Change change) {
    var next = new LinkedHashMap<>(facts);
    switch (change) {
      case Change.Add(Fact fact) -> next.put(fact.key(), fact);
      case Change.Alter(Fact _, Fact fact) -> next.put(fact.key(), fact);
      case Change.Remove(Fact gone) -> {
        next.remove(gone.key());
        next.values().removeIf(fact -> goesWith(gone, fact));
      }
    }
    return new State(Collections.unmodifiableMap(next));
  }

  /** Whether there may be facts that go with it. */
  static boolean takesOthers(Fact fact) {
    return switch (fact) {
      case Fact.Pin _, Fact.Veth _, Fact.Bridge _, Fact.Skeleton _ -> true;
      case Fact.HostSwitch _,
          Fact.Sysctl _,
          Fact.ForwardingEntry _,
          Fact.Address _,
          Fact.Route _,
          Fact.HeldPort _,
          Fact.Listener _,
          Fact.ForeignRule _,
          Fact.Element _ ->
          false;
    };
  }

  /** Whether the kernel takes a fact away by itself when another one goes. */
  static boolean goesWith(Fact gone, Fact fact) {
    return switch (gone) {
      case Fact.Pin pin -> !fact.equals(gone) && fact.key().place().equals(pin.sandbox());
      case Fact.Veth veth -> isOnLink(fact, veth.sandbox(), veth.containerEnd());
      case Fact.Bridge bridge -> isOnLink(fact, Place.HOST, bridge.name());
      case Fact.Skeleton skeleton ->
          fact instanceof Fact.Element(var element) && element.map().table() == skeleton.table();
      case Fact.HostSwitch _,
          Fact.Sysctl _,
          Fact.ForwardingEntry _,
          Fact.Address _,
          Fact.Route _,
          Fact.HeldPort _,
          Fact.Listener _,
          Fact.ForeignRule _,
          Fact.Element _ ->
          false;
    };
  }

  private static boolean isOnLink(Fact fact, Place place, String link) {
    return switch (fact) {
      case Fact.Address address -> address.place().equals(place) && address.link().equals(link);
      case Fact.Route route -> route.place().equals(place) && route.link().equals(link);
      case Fact.ForwardingEntry entry ->
          entry.sandbox().equals(place) && entry.containerEnd().equals(link);
      case Fact.Sysctl sysctl -> place.equals(Place.HOST) && sysctl.link().equals(link);
      case Fact.HostSwitch _,
          Fact.Skeleton _,
          Fact.ForeignRule _,
          Fact.Bridge _,
          Fact.Pin _,
          Fact.Veth _,
          Fact.HeldPort _,
          Fact.Listener _,
          Fact.Element _ ->
          false;
    };
  }

  public Optional<Fact> get(Fact.Key key) {
    return Optional.ofNullable(facts.get(key));
  }

  public Collection<Fact> facts() {
    return facts.values();
  }

  public <F extends Fact> List<F> facts(Class<F> kind) {
    return facts.values().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof State state && state.facts.equals(facts);
  }

  @Override
  public int hashCode() {
    return facts.hashCode();
  }

  @Override
  public String toString() {
    return facts.values().toString();
  }
}
