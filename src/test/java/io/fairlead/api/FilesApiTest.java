package io.fairlead.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.image.Tars;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The requests behind a copy, word by word. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class FilesApiTest {
  private static final Pattern STATUS =
      Pattern.compile("(?i)x-docker-container-path-stat: (\\S+)\r\n");

  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("files");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @BeforeEach
  void start() {
    engine.wanted("sleep", "1000").name("box").start();
    docker.shell("docker create --name sealed --read-only busybox true").succeeded();
  }

  @AfterEach
  void nothingIsLeft() {
    engine.containers().list().forEach(each -> engine.containers().remove(each.id(), true));
    engine.assertNothingLeft();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private String ask(String method, String target, byte[] body) throws IOException {
    try (var client = new RawClient(docker.socket())) {
      return client
          .send(
              "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                  .formatted(method, target, body.length))
          .send(body)
          .readAll();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "HEAD, /containers/box/archive?path=/etc,        200, ''",
    "HEAD, /v1.41/containers/box/archive?path=/etc,  200, ''",
    "HEAD, /containers/box/archive?path=/no,         404, ''",
    "HEAD, /containers/box/archive,                  400, ''",
    "GET,  /containers/box/archive,                  400, bad parameter: path cannot be empty",
    "GET,  /containers/box/archive?path=%00,         400, NUL",
    "GET,  /containers/box/archive?path=/no,         404, Could not find the file /no in container box",
    "GET,  /containers/nobody/archive?path=/,        404, No such container: nobody",
    "GET,  /containers/nobody/export,                404, No such container: nobody",
    "GET,  /containers/nobody/changes,               404, No such container: nobody",
    "GET,  /containers/sealed/changes,               200, []",
    "PUT,  /containers/box/archive?path=/tmp,        200, ''",
    "PUT,  /containers/box/archive?path=/no,         404, Could not find the file /no in container box",
    "PUT,  /containers/box/archive?path=/etc/passwd, 400, extraction point is not a directory",
    "PUT,  /containers/sealed/archive?path=/tmp,     403, container rootfs is marked read-only",
    "PUT,  /containers/box/archive?path=/&noOverwriteDirNonDir=1, 400, cannot overwrite directory",
    "PUT,  /containers/nobody/archive?path=/,        404, No such container: nobody",
  })
  void aRequestIsAnswered(String method, String target, int status, String words)
      throws IOException {
    byte[] body = method.equals("PUT") ? new Tars().file("etc", "x").bytes() : new byte[0];

    String answer = ask(method, target, body);

    assertThat(answer).startsWith("HTTP/1.1 " + status).contains(words);
  }

  /** The numbers are Go's. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/tmp/d,  d,    2147484141, 4096, ''",
    "/tmp/f,  f,    8389101,    1,    ''",
    "/tmp/l,  l,    134218239,  1,    /tmp/f",
    "/tmp/d/., .,   2147484141, 4096, ''",
    "/tmp/p,  p,    33554848,   0,    ''",
  })
  void aPathsStatusIsInAHeader(String path, String name, long mode, long size, String target)
      throws IOException {
    byte[] archive =
        new Tars()
            .directory("d", 0755)
            .file("f", 04755, "x".getBytes(UTF_8))
            .symlink("l", "f")
            .device("p", '6', 0, 0)
            .bytes();
    ask("PUT", "/containers/box/archive?path=/tmp", archive);

    for (String method : new String[] {"HEAD", "GET"}) {
      var header = STATUS.matcher(ask(method, "/containers/box/archive?path=" + path, new byte[0]));
      assertThat(header.find()).isTrue();
      JsonNode status = Json.object(Base64.getDecoder().decode(header.group(1)));
      assertThat(status.path("name").asString()).isEqualTo(name);
      assertThat(status.path("mode").asLong()).isEqualTo(mode);
      assertThat(status.path("linkTarget").asString()).isEqualTo(target);
      assertThat(status.path("mtime").asString()).startsWith("2023-11-14T22:13:20");
      if (size != 4096) {
        assertThat(status.path("size").asLong()).isEqualTo(size);
      }
    }
  }

  @Test
  void aClientThatVanishesWhileItSendsLeavesTheContainerUsable() throws IOException {
    byte[] archive = new Tars().file("a", "x").file("b", 0644, new byte[1 << 20]).bytes();
    try (var client = new RawClient(docker.socket())) {
      client
          .send("PUT /containers/box/archive?path=/tmp HTTP/1.1\r\nHost: x\r\nContent-Length: ")
          .send(archive.length + "\r\n\r\n")
          .send(Arrays.copyOf(archive, archive.length / 2));
    }

    assertThat(ask("PUT", "/containers/box/archive?path=/tmp", archive)).startsWith("HTTP/1.1 200");
    assertThat(docker.output("exec", "box", "stat", "-c", "%s", "/tmp/b")).isEqualTo("1048576");
    docker.shell("docker restart -t 0 box").succeeded();
  }

  @Test
  void aClientThatReadsNothingHoldsUpNobody() throws IOException {
    docker.shell("docker exec box truncate -s 100M /large").succeeded();
    try (var client = new RawClient(docker.socket())) {
      client.send("GET /containers/box/archive?path=/large HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      docker.shell("docker restart -t 0 box && docker exec box ls /large").succeeded();
      docker.shell("docker rm -f box").succeeded();
    }
  }

  @Test
  void whatIsCopiedIsTold() {
    String line =
        """
        cd /; docker cp etc/hostname box:/tmp; docker cp box:/tmp/hostname - >/dev/null; docker export box >/dev/null
        docker events --since 1m --until $(($(date +%s) + 1)) --filter container=box --format '{{.Action}}' | tail -3
        """;
    assertThat(docker.shell(line).succeeded().stdout())
        .isEqualTo("extract-to-dir\narchive-path\nexport\n");
  }
}
