package io.fairlead.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.HttpConnection.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private void copy(String type, String bytes) throws IOException {
    var body = new ByteArrayInputStream(bytes.getBytes(ISO_8859_1));
    Streams.copy(
        new Response(200, Map.of("content-type", "application/vnd.docker." + type), body),
        out,
        err);
  }

  @Test
  void framesGoToTheirStreams() throws IOException {
    copy(
        "multiplexed-stream",
        "\1\0\0\0\0\0\0\2ab\2\0\0\0\0\0\0\1c\0\0\0\0\0\0\0\1d\1\0\0\0\0\0\0\0");

    assertThat(out).hasToString("abd");
    assertThat(err).hasToString("c");
  }

  @Test
  void aTerminalsBytesGoAsTheyAre() throws IOException {
    copy("raw-stream", "\1\0\0\0");

    assertThat(out).hasToString("\1\0\0\0");
  }

  @Test
  void theDaemonsOwnErrorIsThrown() {
    assertThatThrownBy(() -> copy("multiplexed-stream", "\3\0\0\0\0\0\0\4oops"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("oops");
  }

  @Test
  void aBrokenFrameIsAnError() {
    assertThatThrownBy(() -> copy("multiplexed-stream", "\1\0\0\0\0"))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> copy("multiplexed-stream", "\1\0\0\0\0\0\0\5ab"))
        .isInstanceOf(EOFException.class);
  }
}
