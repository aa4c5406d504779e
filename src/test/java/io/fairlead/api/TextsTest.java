package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.runtime.OutputSink.Stream;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small texts that clients write or read: filters, times, durations, frames. */
class TextsTest {
  @ParameterizedTest
  @CsvSource({
    "0.4, Less than a second",
    "1, 1 second",
    "59, 59 seconds",
    "60, About a minute",
    "119, About a minute",
    "120, 2 minutes",
    "3599, 59 minutes",
    "3600, About an hour",
    "5399, About an hour",
    "5400, 2 hours",
    "171000, 2 days",
    "1209599, 2 weeks",
    "1728000, 2 weeks",
    "7776000, 3 months",
    "94608000, 3 years",
  })
  void durationsReadAsInDocker(double seconds, String words) {
    assertThat(HumanDuration.of(Duration.ofMillis((long) (seconds * 1000)))).isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"label\":{\"a=b\":true,\"c\":true,\"d\":false},\"name\":{\"x\":true}}",
        "{\"label\":[\"a=b\",\"c\"],\"name\":[\"x\"]}",
        "{\"label\":[\"a=b\",\"c\"],\"name\":\"x\"}"
      })
  void filtersComeInEitherForm(String json) {
    Filters filters = Filters.parse(Optional.of(json), Set.of("label", "name"));
    assertThat(filters.of("label")).containsExactlyInAnyOrder("a=b", "c");
    assertThat(filters.of("name")).containsExactly("x");
    assertThat(filters.allowsLabels(Map.of("a", "b", "c", ""))).isTrue();
    assertThat(filters.allowsLabels(Map.of("a", "x", "c", ""))).isFalse();
    assertThat(filters.allowsLabels(Map.of("a", "b"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"foo\":[\"x\"]}", "[]", "{", "7", "{\"label\":3}", "{\"name\":[\"x\"]"})
  void otherFiltersAreRefused(String json) {
    assertThatThrownBy(() -> Filters.parse(Optional.of(json), Set.of("label", "name")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageMatching("(?s)invalid (filter|JSON).*");
  }

  @Test
  void aNameFilterIsAnExpressionFoundInTheName() {
    Filters filters = Filters.parse(Optional.of("{\"name\":[\"^/?we\"]}"), Set.of("name"));
    assertThat(filters.matches("name", "web")).isTrue();
    assertThat(filters.matches("name", "a-web")).isFalse();
    Filters broken = Filters.parse(Optional.of("{\"name\":[\"(\"]}"), Set.of("name"));
    assertThatThrownBy(() -> broken.matches("name", "web")).isInstanceOf(InvalidRequest.class);
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000, 2023-11-14T22:13:20Z",
    "1700000000.5, 2023-11-14T22:13:20.5Z",
    "1700000000.000000001, 2023-11-14T22:13:20.000000001Z",
    "2023-11-14T22:13:20Z, 2023-11-14T22:13:20Z",
    "2023-11-14T23:13:20.25%2B01:00, 2023-11-14T22:13:20.25Z",
    "1h30m, 2024-01-01T10:30:00Z",
    "1.5s, 2024-01-01T11:59:58.500Z",
  })
  void timesComeInManyForms(String text, Instant time) {
    assertThat(Query.parse("/x?since=" + text).time("since", Instant.parse("2024-01-01T12:00:00Z")))
        .contains(time);
  }

  @Test
  void zeroIsNoTimeAndNonsenseIsRefused() {
    assertThat(Query.parse("/x?since=0").time("since", Instant.EPOCH)).isEmpty();
    assertThatThrownBy(() -> Query.parse("/x?since=soon").time("since", Instant.EPOCH))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("invalid since=soon");
    assertThatThrownBy(() -> Query.parse("/x?since=%zz")).isInstanceOf(InvalidRequest.class);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "true, true", "True, true", "x, true", "0, false", "false, false"})
  void flagsReadAsInDocker(String text, boolean value) {
    assertThat(Query.parse("/x?all=" + text).flag("all")).isEqualTo(value);
  }

  @Test
  void aFrameTellsItsStreamAndLength() {
    var frame = Frames.of(Stream.STDERR, ByteBuffer.wrap(new byte[] {65, 66, 67}));
    assertThat(ByteBufUtil.getBytes(frame)).containsExactly(2, 0, 0, 0, 0, 0, 0, 3, 65, 66, 67);
    assertThat(Frames.bytes(Stream.STDOUT, new byte[258]))
        .hasSize(266)
        .startsWith(1, 0, 0, 0, 0, 0, 1, 2);
  }

  @Test
  void multiplexedStreamsHaveTheirNameSince142() {
    assertThat(Headers.multiplexed(new ApiVersion(1, 41))).endsWith("raw-stream");
    assertThat(Headers.multiplexed(new ApiVersion(1, 42))).endsWith("multiplexed-stream");
  }

  @Test
  void aLogsPrefixStandsAtEachLinesBeginningOnly() {
    var written = new ByteArrayOutputStream();
    var sink = new LogSink(written::write, StreamForm.FRAMES, true, false);
    Instant at = Instant.parse("2024-01-01T12:00:00Z");
    sink.accept(Stream.STDOUT, at, ByteBuffer.wrap("a\nb".getBytes(StandardCharsets.UTF_8)));
    sink.accept(Stream.STDERR, at, ByteBuffer.wrap("e".getBytes(StandardCharsets.UTF_8)));
    sink.accept(Stream.STDOUT, at, ByteBuffer.wrap("c\n".getBytes(StandardCharsets.UTF_8)));
    String time = "2024-01-01T12:00:00.000000000Z ";
    assertThat(written.toString(StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "\1\0\0\0\0\0\0\101"
                + (time + "a\n" + time + "b")
                + "\2\0\0\0\0\0\0\40"
                + (time + "e")
                + "\1\0\0\0\0\0\0\2c\n");
  }
}
