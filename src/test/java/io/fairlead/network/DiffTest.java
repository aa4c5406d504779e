package io.fairlead.network;

import static io.fairlead.network.Diff.diff;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallMap;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DiffTest {
  private static final Place.Sandbox S = new Place.Sandbox("s");

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void applyingADifferenceGivesTheWantedState(long seed) {
    var states = new RandomState(new Random(seed));
    State have = states.next();
    State want = states.next();
    State now = have;
    for (Change change : diff(have, want)) {
      now = now.after(change);
    }
    State switches = have.only(fact -> fact instanceof Fact.HostSwitch);
    assertThat(now).isEqualTo(switches.with(want));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aStateDoesNotDifferFromItself(long seed) {
    State state = new RandomState(new Random(seed)).next();
    assertThat(diff(state, state)).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theFirewallChangesInOneRunRemovalsFirst(long seed) {
    var states = new RandomState(new Random(seed));
    List<Boolean> isElement =
        diff(states.next(), states.next()).stream()
            .map(change -> change.fact() instanceof Fact.Element)
            .toList();
    int first = isElement.indexOf(true);
    int last = isElement.lastIndexOf(true);
    assertThat(first < 0 || !isElement.subList(first, last + 1).contains(false)).isTrue();
  }

  @Test
  void whatGoesWithItsNamespaceIsNotRemovedByItself() {
    State have = new RandomState(new Random(1)).next().with(State.of(new Fact.Pin(S, true)));
    assertThat(diff(State.of(new Fact.Pin(S, true)), State.EMPTY))
        .containsExactly(new Change.Remove(new Fact.Pin(S, true)));
    assertThat(diff(have, have.only(fact -> !fact.key().place().equals(S)))).hasSize(1);
  }

  @Test
  void aSwitchIsNeverTakenBack() {
    assertThat(diff(State.of(new Fact.HostSwitch("net/ipv4/ip_forward", "1")), State.EMPTY))
        .isEmpty();
  }

  @Test
  void aPortMovesBetweenSandboxesByRemovalBeforeAddition() {
    var old = element("tcp . 80", "172.17.0.2 . 80");
    var moved = element("tcp . 80", "172.17.0.3 . 80");
    assertThat(diff(State.of(old), State.of(moved))).containsExactly(new Change.Alter(old, moved));
    var other = element("tcp . 81", "172.17.0.2 . 80");
    assertThat(diff(State.of(old), State.of(other)))
        .containsExactly(new Change.Remove(old), new Change.Add(other));
  }

  private static Fact element(String key, String data) {
    return new Fact.Element(new FirewallElement(FirewallMap.PUBLISH4_ANY, key, data));
  }
}
