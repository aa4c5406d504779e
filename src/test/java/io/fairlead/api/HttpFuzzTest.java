package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Broken requests are answered by a refusal or by the end of the connection: never by 500, never by
 * silence, and the next client is served as ever.
 */
@Timeout(20)
class HttpFuzzTest {
  private static final int ROUNDS = 300;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

  private static final String JSON = "POST /json HTTP/1.1\r\nContent-Type: application/json\r\n";

  private static final List<String> GOOD =
      List.of(
          "GET /hello HTTP/1.1\r\nHost: docker\r\n\r\n",
          "GET /v1.41/hello?filters=%7B%22label%22%3A%5B%22a%22%5D%7D HTTP/1.1\r\n\r\n",
          "HEAD /hello HTTP/1.1\r\nHost: docker\r\nUser-Agent: x\r\n\r\n",
          JSON + "Content-Length: 17\r\n\r\n{\"a\":[1,2],\"b\":3}",
          JSON + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"a\":[1,2\r\n2\r\n]}\r\n0\r\n\r\n",
          "POST /raw HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello",
          "POST /json HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

  private final Path socket;
  private final ApiServer server;

  HttpFuzzTest(@TempDir Path folder) {
    socket = folder.resolve("api.sock");
    server =
        ApiServer.open(
            new Routes(
                List.of(
                    Route.of("GET", "/hello", HttpFuzzTest::hello),
                    Route.of("HEAD", "/hello", HttpFuzzTest::hello),
                    Route.of("POST", "/json", x -> x.respond(200, x.json())),
                    Route.hijacking("POST", "/raw", HttpFuzzTest::swallow))),
            List.of(URI.create("unix://" + socket)),
            Optional.empty());
  }

  private static void hello(Exchange exchange) {
    Filters.parse(exchange.query().text("filters"), Set.of("label"));
    exchange.respond(200, Map.of("Hello", "you"));
  }

  private static void swallow(Exchange exchange) throws Exception {
    try (Hijack client = exchange.hijack(StreamForm.RAW)) {
      client.input().readAllBytes();
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20261124})
  void nothingBrokenIsAFaultOfOurs(long seed) throws IOException {
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] request = broken(random);
      String answer = ask(request, random);
      STATUS
          .matcher(answer)
          .results()
          .forEach(
              status ->
                  assertThat(status.group(1))
                      .as("seed %d, request %s", seed, printable(request))
                      .isNotEqualTo("500"));
    }
    assertThat(RawClient.ask(socket, GOOD.getFirst())).startsWith("HTTP/1.1 200 OK");
  }

  /** Sends it in pieces; a server that has closed already is an answer. */
  private String ask(byte[] request, Random random) throws IOException {
    try (var client = new RawClient(socket)) {
      try {
        int cut = random.nextInt(request.length + 1);
        client.send(Arrays.copyOfRange(request, 0, cut));
        client.send(Arrays.copyOfRange(request, cut, request.length));
        client.endOutput();
      } catch (IOException _) {
        return "";
      }
      return client.readAll();
    } catch (IOException e) {
      assertThat(e)
          .as("request %s", printable(request))
          .hasMessageMatching("Connection reset.*|Broken pipe.*");
      return "";
    }
  }

  private static byte[] broken(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.append(GOOD.get(random.nextInt(GOOD.size())));
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    var out = new ArrayList<Byte>();
    int changes = 1 + random.nextInt(4);
    for (byte each : bytes) {
      int chance = random.nextInt(bytes.length);
      if (chance >= changes) {
        out.add(each);
      } else {
        switch (random.nextInt(5)) {
          case 0 -> {}
          case 1 -> out.add((byte) random.nextInt(256));
          case 2 -> {
            out.add(each);
            out.add(each);
          }
          case 3 -> {
            out.add((byte) '\r');
            out.add((byte) '\n');
          }
          default -> {
            for (int i = random.nextInt(2000); i >= 0; i--) {
              out.add(each);
            }
          }
        }
      }
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(out.size() + 1) : out.size();
    byte[] result = new byte[length];
    for (int i = 0; i < length; i++) {
      result[i] = out.get(i);
    }
    return result;
  }

  private static String printable(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Test
  void oversizedHeadsAreRefused() throws IOException {
    assertThat(RawClient.ask(socket, "GET /" + "x".repeat(70_000) + " HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(
            RawClient.ask(socket, "GET /hello HTTP/1.1\r\nX: " + "x".repeat(70_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }
}
