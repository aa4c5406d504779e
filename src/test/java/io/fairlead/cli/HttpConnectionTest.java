package io.fairlead.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  @TempDir Path directory;

  private interface Client<T> {
    T use(HttpConnection connection) throws IOException;
  }

  /** Lets a client talk to a server that reads something, sends this and closes. */
  private <T> T answered(String answer, Client<T> client) throws IOException {
    Path socket = Files.createTempDirectory(directory, "s").resolve("socket");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      var serving = CompletableFuture.runAsync(() -> serve(server, answer));
      try (var connection = HttpConnection.open(socket)) {
        return client.use(connection);
      } finally {
        serving.join();
      }
    }
  }

  private static void serve(ServerSocketChannel server, String answer) {
    try (var client = server.accept()) {
      client.read(ByteBuffer.allocate(64 * 1024));
      for (byte b : answer.getBytes(ISO_8859_1)) {
        // One byte at a time: a client may not count on how the answer is cut.
        client.write(ByteBuffer.wrap(new byte[] {b}));
      }
    } catch (IOException hungUp) {
      // A client that has read all it wants does not wait for the rest.
      return;
    }
  }

  private String bodyOf(String answer) throws IOException {
    return answered(answer, connection -> connection.send("GET", "/", false).text());
  }

  @Test
  void aBodyIsAsLongAsItsLengthSays() throws IOException {
    assertThat(bodyOf("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloXX")).isEqualTo("hello");
  }

  @Test
  void chunksAreJoinedAndTrailersSkipped() throws IOException {
    assertThat(bodyOf(CHUNKED + "3\r\nhel\r\n2;note=x\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"))
        .isEqualTo("hello");
  }

  @Test
  void aBodyWithoutALengthEndsWithTheConnection() throws IOException {
    assertThat(bodyOf("HTTP/1.1 200 OK\r\n\r\nhello")).isEqualTo("hello");
  }

  @Test
  void anAnswerWithoutContentHasNoBody() throws IOException {
    assertThat(bodyOf("HTTP/1.1 204 No Content\r\n\r\n")).isEmpty();
    assertThat(bodyOf("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")).isEmpty();
  }

  @Test
  void aProvisionalAnswerIsPassedOver() throws IOException {
    assertThat(
            bodyOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        .isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        CHUNKED + "5\r\nhel",
        CHUNKED + "3\r\nhel\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
      })
  void anAnswerThatBreaksOffIsAnError(String answer) {
    assertThatThrownBy(() -> bodyOf(answer))
        .isInstanceOf(IOException.class)
        .hasMessage("the daemon closed the connection in the middle of its answer");
  }

  @Test
  void whatIsNotHttpIsAnError() {
    assertThatThrownBy(() -> bodyOf("SSH-2.0-x\r\n")).hasMessageContaining("not an HTTP answer");
    assertThatThrownBy(() -> bodyOf(CHUNKED + "zz\r\n")).hasMessage("a chunk of size 'zz'");
  }

  @Test
  void anUpgradedConnectionGivesWhatFollowsTheHead() throws IOException {
    String text =
        answered(
            "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw",
            connection -> connection.send("POST", "/attach", true).text());

    assertThat(text).isEqualTo("raw");
  }

  @Test
  void aRefusalDuringAnUploadIsHeard() throws IOException {
    byte[] large = new byte[4 * 1024 * 1024];

    int status =
        answered(
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            c -> c.sendContent("POST", "/", out -> out.write(large)).status());

    assertThat(status).isEqualTo(400);
  }

  @Test
  void nobodyListeningIsAConnectException() {
    assertThatThrownBy(() -> HttpConnection.open(directory.resolve("none")))
        .isInstanceOf(IOException.class);
  }
}
