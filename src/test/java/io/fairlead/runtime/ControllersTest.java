package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.runtime.Limits.Cpu;
import io.fairlead.runtime.Limits.Memory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A limit that a machine has no controller for is refused there, and taken where it has one. */
class ControllersTest {
  private static final Controllers NONE = new Controllers(Set.of(), false, false);
  private static final Controllers V1 =
      new Controllers(Set.of("memory", "cpu", "cpuset", "pids"), false, true);
  private static final Controllers V1_WITHOUT_SWAP =
      new Controllers(Set.of("memory"), false, false);
  private static final Controllers V2 = new Controllers(V1.names(), true, true);

  static Stream<Arguments> cells() {
    var plain = memory(1 << 26, 0, Optional.empty(), false);
    return Stream.of(
        Arguments.of(NONE, plain, "no cgroup controller 'memory'"),
        Arguments.of(V1, plain, ""),
        Arguments.of(V2, plain, ""),
        Arguments.of(V1_WITHOUT_SWAP, plain, ""),
        Arguments.of(
            V1_WITHOUT_SWAP,
            memory(1 << 26, 1 << 27, Optional.empty(), false),
            "this kernel does not count swap"),
        Arguments.of(V1, memory(0, 0, Optional.of(30), false), ""),
        Arguments.of(V2, memory(0, 0, Optional.of(30), false), "cgroup v2 has none"),
        Arguments.of(V1, memory(0, 0, Optional.empty(), true), ""),
        Arguments.of(V2, memory(0, 0, Optional.empty(), true), "cgroup v2 has no such switch"),
        Arguments.of(NONE, cpu(new Cpu(1, 0, 0, 0, "", "")), "no cgroup controller 'cpu'"),
        Arguments.of(NONE, cpu(new Cpu(0, 2, 0, 0, "", "")), "no cgroup controller 'cpu'"),
        Arguments.of(NONE, cpu(new Cpu(0, 0, 0, 0, "0", "")), "no cgroup controller 'cpuset'"),
        Arguments.of(V1, cpu(new Cpu(1, 2, 0, 0, "0", "0")), ""),
        Arguments.of(NONE, pids(7), "no cgroup controller 'pids'"),
        Arguments.of(NONE, pids(-1), ""),
        Arguments.of(V2, pids(7), ""),
        Arguments.of(NONE, Limits.NONE, ""));
  }

  private static Limits memory(
      long bytes, long withSwap, Optional<Integer> swappiness, boolean isKillDisabled) {
    return Limits.NONE.with(new Memory(bytes, 0, withSwap, swappiness, isKillDisabled));
  }

  private static Limits cpu(Cpu cpu) {
    return new Limits(Memory.NONE, cpu, 0, 0, List.of());
  }

  private static Limits pids(long pids) {
    return new Limits(Memory.NONE, Cpu.NONE, pids, 0, List.of());
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aLimitNeedsItsController(Controllers controllers, Limits limits, String refusal) {
    if (refusal.isEmpty()) {
      assertThatCode(() -> controllers.check(limits)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> controllers.check(limits))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining(refusal);
    }
  }
}
