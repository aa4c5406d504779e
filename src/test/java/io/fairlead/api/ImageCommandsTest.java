package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images under the real docker command: tag, save, load, history, inspect, rmi, prune. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class ImageCommandsTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("images");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
  }

  @BeforeEach
  void makeImage() {
    engine.wanted("true"); // imports busybox where a test has removed it
    docker
        .shell(
            "cd / && tar -c etc/hostname"
                + " | docker import -m 'by hand' -c 'LABEL l=1' -c 'CMD [\"true\"]' - mine:1")
        .succeeded();
  }

  @AfterEach
  void removeAll() {
    docker.shell("docker ps -aq | xargs -r docker rm -f");
    docker.shell("docker images mine --format '{{.Repository}}:{{.Tag}}' | xargs -r docker rmi");
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private String id(String image) {
    return docker.output("inspect", "-f", "{{.Id}}", image);
  }

  @Test
  void aTagNamesTheSameImage() {
    docker.output("tag", "mine:1", "mine:2");
    assertThat(id("mine:2")).isEqualTo(id("mine:1"));
    assertThat(docker.output("inspect", "-f", "{{.Metadata.LastTagTime.IsZero}}", "mine:1"))
        .isEqualTo("false");
    assertThat(docker.output("rmi", "mine:1")).isEqualTo("Untagged: mine:1");
    assertThat(docker.output("rmi", "mine:2")).startsWith("Untagged: mine:2\nDeleted: sha256:");
  }

  @Test
  void aTagMovesAndItsOldImageIsDangling() {
    String old = id("mine:1");
    docker.output("tag", "busybox", "mine:1");
    assertThat(id("mine:1")).isEqualTo(id("busybox"));
    assertThat(docker.output("images", "-q", "--no-trunc", "-f", "dangling=true")).isEqualTo(old);
    assertThat(docker.output("image", "prune", "-f"))
        .contains("deleted: " + old)
        .contains("Total reclaimed space:");
    assertThat(docker.output("images", "-q", "-f", "dangling=true")).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          docker tag nosuch x                       | 1 | No such image: nosuch:latest
          docker tag mine:1 X                       | 1 | invalid reference format
          docker tag mine:1 x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef | 1 | refusing to create a tag with a digest reference
          (docker save nosuch; exit $?) > /dev/null   | 1 | No such image: nosuch:latest
          docker history nosuch                     | 1 | No such image: nosuch:latest
          docker rmi nosuch                         | 1 | No such image: nosuch:latest
          docker image prune -f --filter color=red  | 1 | invalid filter 'color'
          docker container prune -f --filter until=soon | 1 | invalid until=soon
          docker load < /etc/hostname               | 1 | this is not a tar archive
          """)
  void refusalsSayWhy(String line, int exitCode, String words) {
    Command refused = docker.shell(line);
    assertThat(refused.stderr()).contains(words);
    assertThat(refused.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void savedAndLoadedItIsTheSameImage(@TempDir Path folder) {
    String id = id("mine:1");
    docker.output("tag", "mine:1", "mine:2");
    Path archive = folder.resolve("mine.tar");
    docker.output("save", "-o", archive.toString(), "mine:1", "mine:2", "busybox");
    docker.output("rmi", "mine:1", "mine:2");
    assertThat(docker.output("load", "-i", archive.toString()).lines())
        .containsExactlyInAnyOrder(
            "Loaded image: mine:1", "Loaded image: mine:2", "Loaded image: busybox:latest");
    assertThat(id("mine:1")).isEqualTo(id);
    assertThat(id("mine:2")).isEqualTo(id);
    assertThat(
            docker
                .shell(
                    "docker save mine:1 mine:2 busybox | cmp - %s && echo same".formatted(archive))
                .stdout())
        .isEqualTo("same\n");
  }

  @Test
  void savedByIdItHasNoTag(@TempDir Path folder) {
    String id = id("mine:1");
    Path archive = folder.resolve("mine.tar");
    docker.output("save", "-o", archive.toString(), id);
    docker.output("rmi", "mine:1");
    assertThat(docker.output("load", "-i", archive.toString())).isEqualTo("Loaded image ID: " + id);
    docker.output("rmi", id);
  }

  @Test
  void historyTellsHowItWasMade() {
    assertThat(docker.output("history", "--format", "{{.Comment}} {{.Size}}", "mine:1"))
        .matches("by hand \\d+B");
    assertThat(docker.output("history", "-q", "--no-trunc", "mine:1")).isEqualTo(id("mine:1"));
  }

  @Test
  void byForceAnImageGoesFromUnderAStoppedContainerWhichCanBeStartedAgain() {
    docker.output("create", "--name", "made", "busybox", "echo", "still here");
    assertThat(docker.run("rmi", "busybox").stderr())
        .contains("unable to remove repository reference \"busybox:latest\" (must force)");
    String id = id("busybox");
    assertThat(docker.output("rmi", "-f", "busybox"))
        .isEqualTo("Untagged: busybox:latest\nDeleted: " + id);
    assertThat(docker.run("inspect", id).exitCode()).isEqualTo(1);
    assertThat(docker.output("images", "-q", "busybox")).isEmpty();
    assertThat(docker.output("start", "-a", "made")).isEqualTo("still here");
    assertThat(docker.output("inspect", "-f", "{{.Image}}", "made")).isEqualTo(id);
    docker.output("rm", "made");
    engine.wanted("true"); // imports it anew: nothing of the old one is in the way
    assertThat(docker.output("run", "--rm", "busybox", "echo", "again")).isEqualTo("again");
  }

  @Test
  void stoppedContainersArePruned() {
    String stopped = docker.output("create", "-l", "a=b", "busybox");
    String other = docker.output("create", "busybox");
    String running = docker.output("run", "-d", "busybox", "sleep", "100");
    assertThat(docker.output("container", "prune", "-f", "--filter", "label=a=b"))
        .startsWith("Deleted Containers:\n" + stopped + "\n\nTotal reclaimed space: 0B");
    assertThat(docker.output("container", "prune", "-f", "--filter", "until=1h"))
        .isEqualTo("Total reclaimed space: 0B");
    assertThat(docker.output("container", "prune", "-f")).contains(other);
    assertThat(docker.output("ps", "-aq", "--no-trunc")).isEqualTo(running);
  }

  @Test
  void allUnusedImagesArePrunedAndUsedOnesStay() {
    docker.output("create", "busybox");
    assertThat(docker.output("image", "prune", "-a", "-f", "--filter", "label=l=1"))
        .contains("untagged: mine:1");
    assertThat(docker.run("inspect", "mine:1").exitCode()).isEqualTo(1);
    assertThat(docker.output("images", "-q", "busybox")).isNotEmpty();
  }

  @Test
  void aSlowSaverDoesNotKeepAnImageFromBeingRemoved() throws IOException {
    try (var slow = new RawClient(docker.socket())) {
      slow.send("GET /images/get?names=mine:1 HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(slow.readUntil("\r\n\r\n")).contains("200 OK", "application/x-tar");
      assertThat(docker.output("rmi", "mine:1")).contains("Deleted: sha256:");
    }
  }
}
