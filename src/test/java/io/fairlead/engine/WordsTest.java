package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.runtime.ProcessSpec.BindMount;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small languages of a create: names, signals, capabilities, binds. */
class WordsTest {

  @ParameterizedTest
  @CsvSource({
    "SIGTERM, 15",
    "term, 15",
    "9, 9",
    "KILL, 9",
    "SIGRTMIN+3, 37",
    "RTMAX-14, 50",
    "RTMIN, 34",
    "SIGWINCH, 28",
    "SYS, 31"
  })
  void signalsHaveNamesAndNumbers(String text, int number) {
    assertThat(Signals.number(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65", "999", "-1", "SIGNOTHING", "RTMAX-31"})
  void otherSignalsAreRefused(String text) {
    assertThatThrownBy(() -> Signals.number(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("invalid signal: " + text);
  }

  @Test
  void capabilitiesHaveOneForm() {
    assertThat(Capabilities.canonical("CapAdd", Set.of("cap_net_admin", "NET_ADMIN")))
        .containsExactly("NET_ADMIN");
    assertThat(Capabilities.canonical("CapDrop", Set.of("all"))).containsExactly("ALL");
  }

  @Test
  void unknownCapabilitiesAreRefused() {
    assertThatThrownBy(() -> Capabilities.canonical("CapAdd", Set.of("X")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("invalid CapAdd: unknown capability: \"CAP_X\"");
  }

  @Test
  void bindsAreSourceTargetAndMode() {
    assertThat(Binds.parse(List.of("/a:/b", "/c/:/d/:ro")))
        .containsExactly(
            new BindMount(Path.of("/a"), "/b", false), new BindMount(Path.of("/c"), "/d", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/a:b", ":/b", "/a:", "/a:/b:ro:x", "/a:/b:maybe", "/a:/"})
  void malformedBindsAreRefused(String bind) {
    assertThatThrownBy(() -> Binds.parse(List.of(bind))).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void oneTargetIsMountedOnce() {
    assertThatThrownBy(() -> Binds.parse(List.of("/a:/x", "/b:/x/")))
        .hasMessage("Duplicate mount point: /x");
  }

  @Test
  void namedVolumesAreNotBuilt() {
    assertThatThrownBy(() -> Binds.parse(List.of("data:/b"))).isInstanceOf(NotBuilt.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a", "-a", "a b", "a/b", "ä1"})
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> ContainerNames.valid(name)).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void madeUpNamesAreValidAndGrowWhereTheyAreTaken() {
    var random = new Random(1);
    for (int attempt = 0; attempt < 20; attempt++) {
      String name = ContainerNames.madeUp(random, attempt);
      assertThat(ContainerNames.valid(name)).isEqualTo(name);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "executable file `nope` not found in $PATH: No such file or directory, 127",
    "exec: \"nope\": executable file not found in $PATH, 127",
    "open executable: Permission denied, 126",
    "something else, 128"
  })
  void failedStartsHaveDockersExitCodes(String text, int exitCode) {
    var failure = StartFailure.ofRuntime(new EngineFault(text), "nope");

    assertThat(failure.exitCode()).isEqualTo(exitCode);
    assertThat(failure.cause()).hasMessageContaining(text);
  }

  @Test
  void theDockerCommandKnowsAMissingProgramByItsWords() {
    var failure = StartFailure.ofRuntime(new EngineFault("executable `x`: No such file"), "x");
    assertThat(failure.exitCode()).isEqualTo(128);

    failure = StartFailure.ofRuntime(new EngineFault("open `x`: No such file or directory"), "x");
    assertThat(failure.cause())
        .hasMessageStartingWith("exec: \"x\": executable file not found in $PATH: ");
  }
}
