package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.engine.Verdict.Ended;
import io.fairlead.engine.Verdict.Found;
import io.fairlead.engine.Verdict.NeverRan;
import io.fairlead.engine.Verdict.Rests;
import io.fairlead.engine.Verdict.Runs;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.store.ContainerState;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record that an engine may leave behind, with everything that may run of it. */
class VerdictTest {
  private static final ExitStatus LEFT = new ExitStatus(3, false, Rows.THEN);
  private static final ExitStatus LOST = new ExitStatus(255, false, Rows.NOW);
  private static final Verdict INTERRUPTED = new NeverRan(Verdict.INTERRUPTED);

  static Stream<Arguments> cells() {
    return Stream.of(
        cell(ContainerState.CREATED, false, false, false, new Rests()),
        cell(ContainerState.CREATED, true, true, false, new Rests()),
        cell(ContainerState.EXITED, false, false, false, new Rests()),
        cell(ContainerState.EXITED, true, true, true, new Rests()),
        cell(ContainerState.RUNNING, true, true, false, new Runs()),
        cell(ContainerState.RUNNING, true, true, true, new Ended(LEFT)),
        cell(ContainerState.RUNNING, false, true, true, new Ended(LEFT)),
        cell(ContainerState.RUNNING, false, true, false, new Ended(LOST)),
        cell(ContainerState.RUNNING, false, false, false, new Ended(LOST)),
        cell(ContainerState.PAUSED, true, true, false, new Runs()),
        cell(ContainerState.PAUSED, false, true, true, new Ended(LEFT)),
        cell(ContainerState.RESTARTING, false, false, false, new Rests()),
        cell(ContainerState.STOPPING, true, true, false, new Runs()),
        cell(ContainerState.STOPPING, true, true, true, new Ended(LEFT)),
        cell(ContainerState.STOPPING, false, true, true, new Ended(LEFT)),
        cell(ContainerState.STOPPING, false, false, false, new Ended(LOST)),
        cell(ContainerState.STARTING, false, false, false, INTERRUPTED),
        cell(ContainerState.STARTING, true, false, false, INTERRUPTED),
        cell(ContainerState.STARTING, false, false, true, INTERRUPTED),
        cell(ContainerState.STARTING, true, true, false, new Runs()),
        cell(ContainerState.STARTING, true, true, true, new Ended(LEFT)),
        cell(ContainerState.STARTING, false, true, true, new Ended(LEFT)),
        cell(ContainerState.STARTING, false, true, false, INTERRUPTED));
  }

  private static Arguments cell(
      ContainerState state, boolean isWatched, boolean isStarted, boolean exit, Verdict expected) {
    return Arguments.of(state, isWatched, isStarted, exit, expected);
  }

  @ParameterizedTest(name = "{0}, conmon lives: {1}, started: {2}, exit file: {3}")
  @MethodSource("cells")
  void whatRunsDecides(
      ContainerState state, boolean isWatched, boolean isStarted, boolean exit, Verdict expected) {
    var row = Rows.of("a".repeat(64), "x", state);
    var found = new Found(isWatched, isStarted, exit ? Optional.of(LEFT) : Optional.empty());

    assertThat(Verdict.of(row, found, Rows.NOW)).isEqualTo(expected);
  }
}
