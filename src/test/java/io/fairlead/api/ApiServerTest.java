package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.NotFound;
import io.fairlead.runtime.OutputSink.Stream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the server speaks HTTP, with operations made for the test. */
@Timeout(20)
class ApiServerTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final CompletableFuture<String> gone = new CompletableFuture<>();

  private final Path folder;
  private final Path socket;
  private final ApiServer server;

  ApiServerTest(@TempDir Path folder) {
    this.folder = folder;
    this.socket = folder.resolve("api.sock");
    this.server = open(socket);
  }

  private ApiServer open(Path path) {
    return ApiServer.open(
        new Routes(
            List.of(
                Route.of("GET", "/hello", x -> x.respond(200, Map.of("Hello", "you"))),
                Route.of("HEAD", "/hello", x -> x.respond(200, Map.of("Hello", "you"))),
                Route.of("POST", "/nothing", x -> x.respond(204)),
                Route.of("POST", "/json", x -> x.respond(200, x.json())),
                Route.of("POST", "/count", x -> x.respond(200, Map.of("N", count(x.body())))),
                Route.of("POST", "/unread", x -> x.respond(200, Map.of("Read", false))),
                Route.of("GET", "/stream", this::stream),
                Route.of("GET", "/wait", this::waitUntilGone),
                Route.of("GET", "/fault", _ -> throwing(new EngineFault("the kernel refused"))),
                Route.of("GET", "/bug", _ -> throwing(new IllegalStateException())),
                Route.of("GET", "/missing", _ -> throwing(new NotFound("No such thing: x"))),
                Route.of("GET", "/silent", _ -> {}),
                Route.hijacking("POST", "/raw", this::echo),
                Route.hijacking("POST", "/flood", this::flood))),
        List.of(URI.create("unix://" + path)),
        Optional.empty());
  }

  private static void throwing(RuntimeException failure) {
    throw failure;
  }

  private static long count(InputStream in) throws IOException {
    long count = 0;
    byte[] bytes = new byte[8192];
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      count += n;
    }
    return count;
  }

  private void stream(Exchange exchange) throws Exception {
    try (ResponseStream out = exchange.stream(200, "text/plain")) {
      release.await();
      out.write("one".getBytes(StandardCharsets.UTF_8));
      out.write("two".getBytes(StandardCharsets.UTF_8));
    }
  }

  private void waitUntilGone(Exchange exchange) {
    try (ResponseStream _ = exchange.stream(200, "text/plain")) {
      exchange.gone().join();
      gone.complete("gone");
    }
  }

  /** Gives back what comes; at the client's end says so, and ends. */
  private void echo(Exchange exchange) throws Exception {
    try (Hijack client = exchange.hijack(StreamForm.RAW)) {
      byte[] bytes = new byte[100];
      InputStream in = client.input();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        var _ = client.write(Unpooled.copiedBuffer(bytes, 0, n));
      }
      var _ = client.write(Unpooled.copiedBuffer("end", StandardCharsets.US_ASCII));
    }
  }

  /** Writes while the client takes something, and then says that it was cut off. */
  private void flood(Exchange exchange) throws Exception {
    var sink = new AttachSink(EnumSet.of(Stream.STDOUT), StreamForm.FRAMES);
    Hijack client = exchange.hijack(StreamForm.FRAMES);
    sink.open(client);
    sink.accept(Stream.STDOUT, Instant.EPOCH, ByteBuffer.wrap(new byte[] {1}));
    int pieces = 0;
    while (sink.awaitRoom(Duration.ofMillis(200))) {
      sink.accept(Stream.STDOUT, Instant.EPOCH, ByteBuffer.allocate(64 * 1024));
      pieces++;
    }
    sink.cutOff("too slow");
    sink.end();
    gone.complete("cut off after " + pieces);
    client.awaitClosed();
  }

  @AfterEach
  void close() {
    release.countDown();
    server.close();
  }

  private String ask(String request) throws IOException {
    return RawClient.ask(socket, request);
  }

  @Test
  void everyAnswerSaysWhoAnswers() throws IOException {
    for (String path : List.of("/hello", "/missing", "/v9.9/hello", "/nowhere")) {
      assertThat(ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
          .contains("Server: Docker/")
          .contains("Api-Version: 1.51\r\n")
          .contains("Ostype: linux\r\n")
          .contains("Docker-Experimental: false\r\n")
          .contains("Content-Type: application/json\r\n");
    }
  }

  @Test
  void headHasNoBody() throws IOException {
    assertThat(ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Content-Length: 15\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void failuresBecomeStatusAndMessage() throws IOException {
    assertThat(ask("GET /missing HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 404 Not Found\r\n")
        .endsWith("{\"message\":\"No such thing: x\"}");
    assertThat(ask("GET /fault HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 500 ")
        .endsWith("{\"message\":\"the kernel refused\"}");
    assertThat(ask("GET /bug HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 500 ");
    assertThat(ask("GET /silent HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 500 ");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    String answers =
        ask(
            "POST /count HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /hello HTTP/1.1\r\n\r\n"
                + "POST /count HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n"
                + "POST /nothing HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
                + "GET /missing HTTP/1.1\r\n\r\n"
                + "GET /hello HTTP/1.1\r\n\r\n");
    assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(7);
    assertThat(answers)
        .matches("(?s).*\\{\"N\":3}.*\\{\"Hello\":\"you\"}.*\\{\"N\":5}.*204.*404.*Hello.*");
  }

  @Test
  void oneConnectionServesManyRequests() throws IOException {
    try (var client = new RawClient(socket)) {
      for (int i = 0; i < 50; i++) {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(client.readUntil("}")).startsWith("HTTP/1.1 200 OK");
      }
    }
  }

  @Test
  void http10IsAnsweredAndClosed() throws IOException {
    try (var client = new RawClient(socket)) {
      client.send("GET /hello HTTP/1.0\r\n\r\n");
      assertThat(client.readAll())
          .contains("Connection: close\r\n")
          .endsWith("{\"Hello\":\"you\"}");
    }
    release.countDown();
    try (var client = new RawClient(socket)) {
      client.send("GET /stream HTTP/1.0\r\n\r\n");
      assertThat(client.readAll()).doesNotContain("chunked").endsWith("\r\n\r\nonetwo");
    }
  }

  @Test
  void aStreamsHeadIsSentAtOnce() throws IOException {
    try (var client = new RawClient(socket)) {
      client.send("GET /stream HTTP/1.1\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).contains("Transfer-Encoding: chunked\r\n");
      release.countDown();
      assertThat(client.readUntil("0\r\n\r\n")).isEqualTo("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
      client.send("GET /hello HTTP/1.1\r\n\r\n");
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsStream() throws Exception {
    try (var client = new RawClient(socket)) {
      client.send("GET /wait HTTP/1.1\r\n\r\n");
      client.readUntil("\r\n\r\n");
    }
    assertThat(gone.get(5, TimeUnit.SECONDS)).isEqualTo("gone");
  }

  @Test
  void aLargeUploadIsStreamed() throws IOException {
    int size = 40 * 1024 * 1024;
    try (var client = new RawClient(socket)) {
      client.send("POST /count HTTP/1.1\r\nContent-Length: " + size + "\r\n\r\n");
      byte[] piece = new byte[1024 * 1024];
      for (int i = 0; i < 40; i++) {
        client.send(piece);
      }
      assertThat(client.readUntil("}")).endsWith("{\"N\":" + size + "}");
    }
  }

  @Test
  void expectationsAreContinuedWhenTheBodyIsWanted() throws IOException {
    try (var client = new RawClient(socket)) {
      client.send("POST /count HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
      client.send("ab");
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 200 OK").endsWith("{\"N\":2}");
    }
    try (var client = new RawClient(socket)) {
      client.send("POST /nothing HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204").contains("close");
    }
  }

  @Test
  void aBodyThatNobodyReadsDoesNotDisturbTheNextRequest() throws IOException {
    String body = "x".repeat(100_000);
    assertThat(
            ask(
                "POST /unread HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
                    + body
                    + "GET /hello HTTP/1.1\r\n\r\n"))
        .contains("{\"Read\":false}")
        .endsWith("{\"Hello\":\"you\"}");
  }

  @Test
  void aLongBodyThatNobodyReadsEndsTheConnectionAfterTheAnswer() throws IOException {
    try (var client = new RawClient(socket)) {
      client.send("POST /unread HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");
      client.send(new byte[600_000]);
      assertThat(client.readAll()).endsWith("{\"Read\":false}");
    }
  }

  @Test
  void jsonIsBounded() throws IOException {
    String head = "POST /json HTTP/1.1\r\nContent-Type: application/json\r\n";
    assertThat(ask(head + "Content-Length: 5000000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("larger than 4194304 bytes");
    try (var client = new RawClient(socket)) {
      client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
      client.send("500000\r\n[" + " ".repeat(0x500000 - 1));
      assertThat(client.readAll()).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void badJsonIsRefused() throws IOException {
    String head = "POST /json HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ";
    assertThat(ask(head + "0\r\n\r\n"))
        .contains("invalid JSON: got EOF while reading request body");
    assertThat(ask(head + "2\r\n\r\n{x")).startsWith("HTTP/1.1 400 ").contains("invalid JSON");
    assertThat(ask(head + "2\r\n\r\n[]")).contains("expected an object, got a list");
    assertThat(ask(head + "100\r\n\r\n{}")).startsWith("HTTP/1.1 400 ");
    assertThat(
            ask("POST /json HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"))
        .contains("unsupported Content-Type header (text/plain): must be 'application/json'");
  }

  @Test
  void aHijackedConnectionIsRawBothWaysAndHalfCloses() throws IOException {
    try (var client = new RawClient(socket)) {
      client.send("POST /raw HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly GET");
      assertThat(client.readUntil("\r\n\r\n"))
          .startsWith(
              "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n")
          .contains("Api-Version: ");
      assertThat(client.readUntil("GET")).isEqualTo("early GET");
      client.send("\0\1\2late").endOutput();
      assertThat(client.readAll()).isEqualTo("\0\1\2lateend");
    }
  }

  @Test
  void withoutUpgradeAHijackAnswers200() throws IOException {
    assertThat(ask("POST /raw HTTP/1.1\r\n\r\nabc"))
        .startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n")
        .endsWith("\r\n\r\nabcend");
  }

  @Test
  void aClientFarBehindIsCutOffWithAnError() throws Exception {
    try (var client = new RawClient(socket)) {
      client.send("POST /flood HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      assertThat(gone.get(10, TimeUnit.SECONDS)).startsWith("cut off after ");
      String all = client.readAll();
      assertThat(all).startsWith("\1\0\0\0\0\0\0\1\1\1\0\0\0\0\1\0\0");
      assertThat(all.length()).isLessThan(2_000_000);
      assertThat(all).contains("\3\0\0\0\0\0\0").endsWith("has all of a container's output");
    }
  }

  @Test
  void theSocketIsRootsAndItsGroups() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(Files.exists(folder.resolve("api.sock.new"))).isFalse();
  }

  @Test
  void aLiveSocketIsNotTakenOver() {
    assertThatThrownBy(() -> open(socket))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("another daemon answers on " + socket);
    assertThat(socket).exists();
  }

  @Test
  void aDeadDaemonsSocketIsReplacedAndAFileIsNot() throws IOException {
    Path dead = folder.resolve("dead.sock");
    try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(dead));
    }
    try (var _ = open(dead)) {
      assertThat(RawClient.ask(dead, "GET /hello HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
    }
    assertThat(dead).doesNotExist();
    Path file = Files.writeString(folder.resolve("file"), "precious");
    assertThatThrownBy(() -> open(file)).isInstanceOf(Conflict.class);
    assertThat(file).hasContent("precious");
  }

  @Test
  void addressesThatCannotBeListenedOnAreRefused() {
    assertThatThrownBy(() -> open(folder.resolve("x".repeat(120))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("too long");
    for (String address : List.of("npipe:///x", "tcp://localhost")) {
      assertThatThrownBy(
              () ->
                  ApiServer.open(
                      new Routes(List.of()), List.of(URI.create(address)), Optional.empty()))
          .isInstanceOf(InvalidRequest.class);
    }
  }

  @Test
  void closingEndsStreamsAndRemovesTheSocket() throws Exception {
    try (var client = new RawClient(socket)) {
      client.send("GET /wait HTTP/1.1\r\n\r\n");
      client.readUntil("\r\n\r\n");
      server.close();
      assertThat(client.readAll()).isEqualTo("0\r\n\r\n");
    }
    assertThat(socket).doesNotExist();
  }
}
