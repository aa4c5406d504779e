package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.image.ImageConfig;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.Isolation;
import io.fairlead.runtime.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client asks for, over what its image says. */
class RunPlanTest {
  private static final ImageConfig IMAGE =
      new ImageConfig(
          "www",
          List.of("PATH=/bin", "LANG=C"),
          List.of("/entry"),
          List.of("serve"),
          "/www",
          Set.of("80/tcp"),
          Set.of(),
          Map.of("from", "image"),
          "SIGQUIT");

  static Stream<Arguments> commandLines() {
    return Stream.of(
        Arguments.of(null, null, List.of("/entry", "serve")),
        Arguments.of(null, List.of("check"), List.of("/entry", "check")),
        Arguments.of(List.of("/bin/sh"), null, List.of("/bin/sh")),
        Arguments.of(List.of("/bin/sh"), List.of("-c", "x"), List.of("/bin/sh", "-c", "x")),
        Arguments.of(List.of(""), List.of("true"), List.of("true")),
        Arguments.of(List.of(), List.of(), List.of("/entry", "serve")));
  }

  @ParameterizedTest
  @MethodSource("commandLines")
  void theCommandLineIsPutTogetherAsByDocker(
      @Nullable List<String> entrypoint, @Nullable List<String> command, List<String> expected) {
    var spec = spec(Optional.ofNullable(entrypoint), Optional.ofNullable(command), List.of());

    assertThat(RunPlan.of(spec, IMAGE).arguments()).isEqualTo(expected);
  }

  @Test
  void noCommandAtAllIsRefused() {
    var reset = spec(Optional.of(List.of("")), Optional.empty(), List.of());

    assertThatThrownBy(() -> RunPlan.of(reset, IMAGE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("no command specified");
  }

  @Test
  void environmentIsTheImagesUnlessSetOrTakenAway() {
    var spec = spec(Optional.empty(), Optional.empty(), List.of("LANG", "A=1=2", "PATH=/opt"));

    assertThat(RunPlan.of(spec, IMAGE).environment()).containsExactly("PATH=/opt", "A=1=2");
  }

  @Test
  void anEnvironmentVariableHasAName() {
    var spec = spec(Optional.empty(), Optional.empty(), List.of("=1"));

    assertThatThrownBy(() -> RunPlan.of(spec, IMAGE))
        .hasMessage("invalid environment variable: =1");
  }

  @Test
  void theRestIsTheImages() {
    var plan = RunPlan.of(spec(Optional.empty(), Optional.empty(), List.of()), IMAGE);

    assertThat(plan.user()).isEqualTo("www");
    assertThat(plan.workingDirectory()).isEqualTo("/www");
    assertThat(plan.stopSignal()).isEqualTo(3);
    assertThat(plan.exposedPorts()).containsExactly("80/tcp");
  }

  private static ContainerSpec spec(
      Optional<List<String>> entrypoint, Optional<List<String>> command, List<String> environment) {
    return new ContainerSpec(
        "x",
        entrypoint,
        command,
        environment,
        "",
        "",
        "",
        Map.of(),
        false,
        true,
        true,
        false,
        false,
        false,
        ConsoleSize.UNKNOWN,
        "default",
        Set.of(),
        Map.of(),
        false,
        List.of(),
        Set.of(),
        Set.of(),
        false,
        false,
        "",
        Optional.empty(),
        Limits.NONE,
        Isolation.USUAL,
        RestartPolicy.NO);
  }
}
