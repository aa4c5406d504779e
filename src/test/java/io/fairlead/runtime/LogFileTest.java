package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogFileTest {
  private static final Instant START = Instant.parse("2026-11-24T17:00:00.123456789Z");

  @TempDir Path directory = Path.of("/nowhere");

  private static String record(int second, String stream, String tag, String text) {
    String at = START.plusSeconds(second).toString().replace("Z", "+00:00");
    return "%s %s %s %s\n".formatted(at, stream, tag, text);
  }

  private Path write(String... records) throws IOException {
    return Files.writeString(directory.resolve("log"), String.join("", records));
  }

  private static String read(Path log, LogRequest request) throws IOException {
    var sink = new CollectingSink();
    try (var reading = new LogFile(log, request, sink)) {
      if (reading.readOn()) {
        reading.flush();
      }
    }
    return sink.text();
  }

  private static LogRequest tail(int lines) {
    return Lab.log(false, OptionalInt.of(lines));
  }

  @Test
  void piecesAreJoinedPerStream() throws IOException {
    Path log =
        write(
            record(0, "stdout", "P", "a"),
            record(0, "stderr", "P", "x"),
            record(1, "stdout", "F", "b"),
            record(1, "stderr", "F", "y"),
            record(2, "stdout", "P", "end"));
    assertThat(read(log, Lab.ALL)).isEqualTo("ab\n!xy\nend");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsWrittenMeanwhileIsForWhoFollows(boolean isTail) throws IOException {
    Path log = write(record(0, "stdout", "F", "a"), record(1, "stdout", "F", "b"));
    var sink = new CollectingSink();
    try (var reading = new LogFile(log, isTail ? tail(1) : Lab.ALL, sink)) {
      Files.writeString(log, record(2, "stdout", "F", "c"), StandardOpenOption.APPEND);
      assertThat(reading.readOn()).isTrue();
    }
    assertThat(sink.text()).isEqualTo(isTail ? "b\n" : "a\nb\n");
  }

  @Test
  void whatIsNoRecordIsLeftOut() throws IOException {
    Path log =
        write(
            "nonsense\n",
            "\n",
            "2026-11-24T17:00:00Z stdin F no\n",
            "2026-13-24T17:00:00Z stdout F no\n",
            "2026-11-24T17:00:00Z stdout Q no\n",
            "2026-11-24T17:00:00Z stdout F\n",
            record(1, "stdout", "F", ""),
            record(1, "stdout", "F", " two  spaces "));
    assertThat(read(log, Lab.ALL)).isEqualTo("\n two  spaces \n");
  }

  @ParameterizedTest
  @CsvSource({"0,''", "1,'5\n'", "2,'!4\n5\n'", "4,'2\n3\n!4\n5\n'", "9,'1\n2\n3\n!4\n5\n'"})
  void tailCountsLinesOfBothStreams(int lines, String expected) throws IOException {
    Path log =
        write(
            record(0, "stdout", "F", "1"),
            record(0, "stdout", "P", ""),
            record(0, "stdout", "F", "2"),
            record(0, "stdout", "F", "3"),
            record(0, "stderr", "F", "4"),
            record(0, "stdout", "F", "5"));
    assertThat(read(log, tail(lines))).isEqualTo(expected);
  }

  @Test
  void tailTakesTheWholeOfALineInPieces() throws IOException {
    Path log =
        write(
            record(0, "stdout", "F", "1"),
            record(0, "stdout", "P", "a"),
            record(0, "stdout", "P", "b"),
            record(0, "stdout", "F", "c"));
    assertThat(read(log, tail(1))).isEqualTo("abc\n");
  }

  @Test
  void sinceAndUntilLimitIt() throws IOException {
    Path log =
        write(
            record(0, "stdout", "F", "0"),
            record(1, "stdout", "F", "1"),
            record(2, "stdout", "F", "2"),
            record(3, "stdout", "F", "3"));
    var request =
        new LogRequest(
            false,
            true,
            true,
            OptionalInt.empty(),
            Optional.of(START.plusSeconds(1)),
            Optional.of(START.plusSeconds(2)));
    assertThat(read(log, request)).isEqualTo("1\n2\n");
  }

  @Test
  void oneStreamAloneIsRead() throws IOException {
    Path log = write(record(0, "stdout", "F", "out"), record(0, "stderr", "F", "err"));
    var request =
        new LogRequest(false, false, true, OptionalInt.empty(), Optional.empty(), Optional.empty());
    assertThat(read(log, request)).isEqualTo("!err\n");
  }

  /** Lines of all lengths, some in pieces, some longer than a block of the reader. */
  private static List<String> lines(Random random) {
    var lines = new ArrayList<String>();
    for (int i = 0; i < 200; i++) {
      int length = random.nextInt(20) == 0 ? random.nextInt(100_000) : random.nextInt(200);
      lines.add("x".repeat(length) + i);
    }
    return lines;
  }

  private static String records(List<String> lines, Random random) {
    var text = new StringBuilder();
    for (String line : lines) {
      String rest = line;
      while (rest.length() > 1 && random.nextInt(3) == 0) {
        int piece = 1 + random.nextInt(rest.length() - 1);
        text.append(record(0, "stdout", "P", rest.substring(0, piece)));
        rest = rest.substring(piece);
      }
      text.append(record(0, "stdout", "F", rest));
    }
    return text.toString();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatWasWrittenIsRead(long seed) throws IOException {
    var random = new Random(seed);
    var lines = lines(random);
    Path log = write(records(lines, random));
    assertThat(read(log, Lab.ALL)).isEqualTo(String.join("\n", lines) + "\n");
    int tail = 1 + random.nextInt(lines.size());
    assertThat(read(log, tail(tail)))
        .isEqualTo(String.join("\n", lines.subList(lines.size() - tail, lines.size())) + "\n");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14})
  void itGrowsByAnyPieces(long seed) throws IOException {
    var random = new Random(seed);
    var lines = lines(random);
    byte[] all = records(lines, random).getBytes(StandardCharsets.UTF_8);
    Path log = write("");
    var sink = new CollectingSink();
    try (var reading = new LogFile(log, Lab.FOLLOW, sink)) {
      int at = 0;
      while (at < all.length) {
        int to = Math.min(all.length, at + 1 + random.nextInt(20_000));
        Files.write(log, Arrays.copyOfRange(all, at, to), StandardOpenOption.APPEND);
        assertThat(reading.readOn()).isTrue();
        if (random.nextBoolean()) {
          reading.flush();
        }
        at = to;
      }
    }
    assertThat(sink.text()).isEqualTo(String.join("\n", lines) + "\n");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24})
  void tornEndIsNeitherReadNorCounted(long seed) throws IOException {
    var random = new Random(seed);
    String last = record(9, "stdout", "F", "the last one");
    String torn = last.substring(0, random.nextInt(last.length()));
    Path log = write(record(0, "stdout", "F", "1"), record(0, "stdout", "F", "2"), torn);
    assertThat(read(log, Lab.ALL)).isEqualTo("1\n2\n");
    assertThat(read(log, tail(1))).isEqualTo("2\n");
    assertThat(read(log, tail(0))).isEmpty();
  }
}
