package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people type: the real docker command against a real engine. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class DockerCommandTest {
  private static final String TICKING = "while true; do echo tick; sleep 0.1; done";

  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("docker");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
  }

  @AfterEach
  void removeContainers() {
    docker.shell("docker ps -aq | xargs -r docker rm -f").stdout();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private String inspect(String container, String template) {
    return docker.output("inspect", "-f", template, container);
  }

  @Test
  void runShowsOutputErrorsAndExitCode() {
    Command run = docker.run("run", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.stdout()).isEqualTo("out\n");
    assertThat(run.stderr()).isEqualTo("err\n");
    assertThat(docker.output("ps", "-a", "--format", "{{.Image}} {{.Command}} {{.Status}}"))
        .matches("busybox \"sh -c .*\" Exited \\(3\\) .* ago");
  }

  @Test
  void runWithRmLeavesNothing() {
    for (int i = 0; i < 5; i++) {
      assertThat(docker.output("run", "--rm", "busybox", "echo", "hi")).isEqualTo("hi");
    }
    assertThat(docker.output("ps", "-aq")).isEmpty();
  }

  @Test
  void inputReachesTheContainerAndEnds() {
    Command run =
        docker.shell("head -c 3000000 /dev/zero | docker run --rm -i busybox sh -c 'cat | wc -c'");
    assertThat(run.stdout().strip()).isEqualTo("3000000");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void muchOutputArrivesWhole() {
    Command run = docker.shell("docker run --rm busybox head -c 50000000 /dev/zero | wc -c");
    assertThat(run.stdout().strip()).isEqualTo("50000000");
  }

  @Test
  void aSlowReaderGetsAllThatIsKeptForIt() {
    Command run =
        docker.shell("docker run --rm busybox head -c 6000000 /dev/zero | (sleep 2; wc -c)");
    assertThat(run.stdout().strip()).isEqualTo("6000000");
  }

  @Test
  void aDetachedContainerIsListedFollowedAndStopped() {
    String id =
        docker.output(
            "run", "-d", "--name", "web", "-p", "8080:80", "-l", "a=b", "busybox", "sh", "-c",
            TICKING);
    assertThat(id).matches("[0-9a-f]{64}");
    // Older docker commands print no brackets.
    assertThat(
            docker
                .output("ps", "--format", "{{.ID}} {{.Names}} {{.Ports}}")
                .replace(":::", "[::]:"))
        .isEqualTo(id.substring(0, 12) + " web 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
    assertThat(docker.output("ps", "-q", "--no-trunc", "--filter", "label=a=b")).isEqualTo(id);
    assertThat(docker.output("ps", "-q", "--filter", "label=a=c")).isEmpty();
    assertThat(docker.output("port", "web", "80")).isEqualTo("0.0.0.0:8080\n[::]:8080");
    assertThat(inspect("web", "{{.State.Running}} {{.HostConfig.NetworkMode}}"))
        .isEqualTo("true bridge");
    Command followed = docker.shell("timeout 2 docker logs -f web");
    assertThat(followed.stdout().lines().count()).isGreaterThan(5);
    assertThat(docker.output("logs", "--tail", "1", "web")).isEqualTo("tick");
    assertThat(docker.output("logs", "-t", "--tail", "1", "web"))
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}\\.\\d{9}Z tick");
    assertThat(docker.output("stop", "-t", "1", "web")).isEqualTo("web");
    assertThat(inspect("web", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 137");
    assertThat(docker.output("rm", "web")).isEqualTo("web");
  }

  @Test
  void waitAnswersWhenTheContainerIsKilled() {
    docker.output("run", "-d", "--name", "sleeper", "busybox", "sleep", "100");
    Command waited =
        docker.shell("(sleep 1; docker kill sleeper >/dev/null) & docker wait sleeper");
    assertThat(waited.stdout().strip()).isEqualTo("137");
  }

  @Test
  void followingALogEndsWithTheContainer() {
    docker.output("run", "-d", "--name", "short", "busybox", "sh", "-c", "sleep 1; echo bye");
    Instant began = Instant.now();
    assertThat(docker.output("logs", "-f", "short")).isEqualTo("bye");
    assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void attachJoinsARunningContainer() {
    docker.output("run", "-d", "--name", "ticking", "busybox", "sh", "-c", TICKING);
    Command attached = docker.shell("timeout -s KILL 2 docker attach --no-stdin ticking");
    assertThat(attached.stdout()).contains("tick\ntick\n");
  }

  @Test
  void imagesAreImportedListedAndRemoved() {
    Command made =
        docker.shell(
            "docker run --name source busybox mkdir /new && mkdir -p /tmp/none"
                + " && cd / && tar -c etc/hostname | docker import -c 'LABEL l=1' - mine:1");
    assertThat(made.stdout().strip()).matches("(?s).*sha256:[0-9a-f]{64}");
    assertThat(docker.output("images", "--format", "{{.Repository}}:{{.Tag}}", "-f", "label=l=1"))
        .isEqualTo("mine:1");
    assertThat(docker.output("images", "-q", "-f", "reference=other*")).isEmpty();
    assertThat(docker.output("rmi", "mine:1")).startsWith("Untagged: mine:1\nDeleted: sha256:");
    assertThat(docker.run("rmi", "mine:1").stderr()).contains("No such image: mine:1");
  }

  @Test
  void networksAreListedAndInspected() {
    assertThat(docker.output("network", "ls", "--format", "{{.Name}} {{.Driver}}").lines())
        .containsExactlyInAnyOrder("bridge bridge", "host host", "none null");
    String id = docker.output("run", "-d", "busybox", "sleep", "100");
    String address = inspect(id, "{{.NetworkSettings.IPAddress}}");
    assertThat(
            docker.output(
                "network",
                "inspect",
                "-f",
                "{{range .Containers}}{{.IPv4Address}}{{end}}",
                "bridge"))
        .isEqualTo(address + "/16");
    assertThat(
            docker.output(
                "network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "bridge"))
        .isEqualTo("172.17.0.1");
  }

  @Test
  void versionAndInfoSayWhoTheyAre() {
    assertThat(docker.output("version", "-f", "{{.Server.Platform.Name}} {{.Server.APIVersion}}"))
        .startsWith("Fairlead ")
        .endsWith(" 1.51");
    assertThat(docker.output("info", "-f", "{{.OSType}} {{.Swarm.LocalNodeState}} {{.Images}}"))
        .matches("linux inactive \\d+");
  }

  @Test
  void tcpServesTheSame() {
    String address = "tcp://127.0.0.1:2375";
    try (var _ =
        host.call(
            () ->
                ApiServer.open(engine.engine(), List.of(URI.create(address)), Optional.empty()))) {
      Command run = host.tryExec("docker", "-H", address, "run", "--rm", "busybox", "echo", "hi");
      assertThat(run.succeeded().stdout()).isEqualTo("hi\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run nosuch true | 125 | No such image: nosuch:latest",
        "run --log-driver syslog busybox true | 125 | the option HostConfig.LogConfig",
        "run -v data:/x busybox true | 125 | named volumes",
        "run --network nonet busybox true | 125 | network nonet not found",
        "run --network container:nobody busybox true | 125 | No such container: nobody",
        "run --name x busybox true | 125 | Invalid container name (x)",
        "run busybox nosuchcommand | 127 | executable file not found in $PATH",
        "run busybox /etc/not-executable | 126 | permission denied",
        "run --cap-add NET_MAGIC busybox true | 125 | unknown capability",
        "inspect nobody | 1 | No such object: nobody",
        "rm nobody | 1 | No such container: nobody",
        "logs nobody | 1 | No such container: nobody",
        "network inspect nonet | 1 | nonet",
        "volume inspect novolume | 1 | novolume",
        "ps --filter color=red | 1 | invalid filter 'color'",
        "service ls | 1 | This node is not a swarm manager",
        "system df | 1 | not built in this version: disk usage",
      })
  void refusalsSayWhy(String line, int exitCode, String message) {
    Command refused = docker.run(line.split(" ", -1));
    assertThat(refused.stderr()).contains(message);
    assertThat(refused.exitCode()).isEqualTo(exitCode);
    assertThat(refused.stderr()).doesNotContain("invalid character");
  }

  @Test
  void aNameInUseIsRefusedInDockersWords() {
    String id = docker.output("run", "-d", "--name", "taken", "busybox", "sleep", "100");
    assertThat(docker.run("run", "--name", "taken", "busybox", "true").stderr())
        .contains(
            "Conflict. The container name \"/taken\" is already in use by container \""
                + id
                + "\". You have to remove (or rename) that container to be able to reuse that"
                + " name.");
    assertThat(docker.run("rm", "taken").stderr()).contains("container is running");
  }

  @Test
  void manyCommandsAtOnceAreServed() {
    Command all =
        docker.shell("for i in 1 2 3 4 5 6 7 8; do docker run --rm busybox echo done & done; wait");
    assertThat(all.stdout().lines()).hasSize(8).containsOnly("done");
  }
}
