package io.fairlead.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChangesTest {
  private static ImageConfig apply(String... instructions) {
    return Changes.apply(List.of(instructions));
  }

  @Test
  void commandsComeInShellAndExecForm() {
    assertThat(apply("CMD echo \"$HOME\"").command())
        .containsExactly("/bin/sh", "-c", "echo \"$HOME\"");
    assertThat(apply("cmd [\"a\", \"b c\"]").command()).containsExactly("a", "b c");
    assertThat(apply("ENTRYPOINT [not json]").entrypoint())
        .containsExactly("/bin/sh", "-c", "[not json]");
    assertThat(apply("CMD one", "CMD").command()).isEmpty();
  }

  @Test
  void environmentIsQuotedExpandedAndReplaced() {
    assertThat(
            apply(
                    "ENV A=1 B=\"two words\" C='$A'",
                    "ENV D=$A-${B}",
                    "ENV OLD form with  blanks",
                    "ENV A=${A}0 E=${NONE:-else} F=${A:+set} G=\\$A")
                .environment())
        .containsExactly(
            "A=10",
            "B=two words",
            "C=$A",
            "D=1-two words",
            "OLD=form with  blanks",
            "E=else",
            "F=set",
            "G=$A");
  }

  @Test
  void theRestGoesWhereItBelongs() {
    var config =
        apply(
            "EXPOSE 80 53/udp 8000-8002",
            "LABEL a=b \"c d\"=e",
            "USER 1000:1000",
            "VOLUME /data /more",
            "VOLUME [\"/with blank\"]",
            "WORKDIR /a",
            "WORKDIR b/../c",
            "STOPSIGNAL SIGQUIT");
    assertThat(config.exposedPorts())
        .containsExactlyInAnyOrder("80/tcp", "53/udp", "8000/tcp", "8001/tcp", "8002/tcp");
    assertThat(config.labels()).containsEntry("a", "b").containsEntry("c d", "e");
    assertThat(config.user()).isEqualTo("1000:1000");
    assertThat(config.volumes()).containsExactly("/data", "/more", "/with blank");
    assertThat(config.workingDirectory()).isEqualTo("/a/c");
    assertThat(config.stopSignal()).isEqualTo("SIGQUIT");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments("FROM x", "FROM is not a valid change command"),
        arguments("EXPOSE 0", "Invalid containerPort: 0"),
        arguments("EXPOSE 70000", "Invalid containerPort: 70000"),
        arguments("EXPOSE 80/icmp", "Invalid proto: icmp"),
        arguments("STOPSIGNAL SIGNONE", "Invalid signal: SIGNONE"),
        arguments("ENV A", "ENV must have two arguments: \"A\""),
        arguments("ENV A=1 B", "Syntax error - can't find = in \"B\". Must be of the form"),
        arguments("ENV A=\"x", "unexpected end of statement while looking for matching \""),
        arguments("ENV A=${B?}", "unsupported modifier in \"${B?}\""),
        arguments("USER", "USER requires an argument"),
        arguments("WORKDIR a b", "WORKDIR requires exactly one argument"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsNamed(String instruction, String message) {
    assertThatThrownBy(() -> apply(instruction))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void whatIsNotKeptIsRefused() {
    assertThatThrownBy(() -> apply("ONBUILD RUN x")).isInstanceOf(NotBuilt.class);
    assertThatThrownBy(() -> apply("HEALTHCHECK NONE")).isInstanceOf(NotBuilt.class);
  }
}
