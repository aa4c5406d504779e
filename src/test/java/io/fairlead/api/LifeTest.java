package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.engine.Container;
import io.fairlead.testing.Docker;
import io.fairlead.testing.DockerClient;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A container's life between its start and its end, by the docker command. */
@Tag("client")
@ParameterizedClass
@EnumSource(DockerClient.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeTest {
  @Parameter private DockerClient client;
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeParameterizedClassInvocation
  void open() {
    host = TestHost.create("host");
    engine = TestEngine.open(host);
    docker = Docker.of(engine, client);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @AfterParameterizedClassInvocation
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  @BeforeEach
  void start() {
    docker.shell("docker run -d --name live busybox sleep 1000").succeeded();
    docker.shell("docker create --name resting busybox true").succeeded();
    docker.shell("docker run -d --name frozen busybox sleep 1000").succeeded();
    docker.shell("docker pause frozen").succeeded();
  }

  @AfterEach
  void nothingIsLeft() {
    for (var container : engine.containers().list()) {
      engine.containers().remove(container.id(), true);
    }
    engine.assertNothingLeft();
  }

  /** ID is the container's id; what is after the last bar is printed or said. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          docker pause live; docker inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}}' live | 0 | paused true true
          docker ps --filter status=paused --format '{{.Names}} {{.Status}}' | 0 | (Paused)
          docker unpause frozen; docker inspect -f '{{.State.Status}} {{.State.Paused}}' frozen | 0 | running false
          docker pause frozen      | 1 | is already paused
          docker pause resting     | 1 | is not running
          docker unpause live      | 1 | is not paused
          docker start frozen      | 1 | cannot start a paused container, try unpause instead
          docker rm frozen         | 1 | container is paused and must be unpaused first
          docker attach frozen     | 1 | You cannot attach to a paused container, unpause it first
          docker rm -f frozen      | 0 | frozen
          docker kill frozen; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' frozen | 0 | exited 137
          docker stop -t 1 frozen; docker inspect -f '{{.State.Status}}' frozen | 0 | exited
          docker restart -t 0 live; docker inspect -f '{{.State.Status}} {{.RestartCount}}' live | 0 | running 0
          docker restart -t 0 frozen; docker inspect -f '{{.State.Status}}' frozen | 0 | running
          docker restart nobody    | 1 | No such container: nobody
          docker rename live other; docker inspect -f '{{.Name}}' other | 0 | /other
          docker rename live resting | 1 | The container name "/resting" is already in use by container
          docker rename live 'a b' | 1 | Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed
          docker rename live live  | 1 | Renaming a container with the same name as its current name
          docker top live          | 0 | sleep 1000
          docker top live -o pid,comm | 0 | sleep
          docker top live aux      | 0 | %CPU
          docker top live -o comm  | 1 | Couldn't find PID field in ps output
          docker top live -Z       | 1 | are not known here
          docker top resting       | 1 | is not running
          docker kill -s WINCH live; docker inspect -f '{{.State.Status}}' live | 0 | running
          docker kill -s NOPE live | 1 | invalid signal: NOPE
          docker kill resting      | 1 | is not running
          docker stop resting      | 0 | resting
          docker update --restart always live; docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' live | 0 | always
          docker update -m 1m live | 1 | Minimum memory limit allowed is 6MB
          docker update --cpus 0.5 resting; docker inspect -f '{{.HostConfig.NanoCpus}}' resting | 0 | 500000000
          docker run -d --rm --restart always busybox true | 125 | and --rm
          docker run --restart maybe busybox true | 125 | unknown policy 'maybe'
          docker ps -a --filter status=exited --filter status=created --format '{{.Names}}' | 0 | resting
          docker ps -a --filter status=nope | 1 | status
          docker ps -s --filter name=live --format '{{.Size}}' | 0 | (virtual
          docker inspect -s -f '{{.SizeRw}}' resting | 0 | 0
          docker exec frozen true | 1 | is paused, unpause the container before exec
          docker wait resting | 0 | 0
          """)
  void aCommandAnswersAsDockersDoes(String line, int exitCode, String words) {
    var ran = docker.shell(line);

    assertThat(ran.stdout() + ran.stderr()).contains(words);
    assertThat(ran.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void aPausedContainerDoesNothingUntilItGoesOn() throws IOException {
    docker.shell("docker run -d --name busy busybox sh -c 'while :; do echo x >> /n; done'");
    Path written = Path.of("/proc/%d/root/n".formatted(find("busy").pid()));
    Awaitility.await().until(() -> Files.exists(written));
    docker.shell("docker pause busy").succeeded();
    long size = Files.size(written);

    assertThat(Files.size(written)).isEqualTo(size);
    docker.shell("docker unpause busy").succeeded();
    Awaitility.await().until(() -> Files.size(written) > size);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -m 64m --memory-swap 128m | memory | memory.limit_in_bytes       | 67108864
          -m 64m --memory-swap 128m | memory | memory.memsw.limit_in_bytes | 134217728
          --cpus 0.5        | cpu    | cpu.cfs_quota_us | 50000
          --cpu-shares 300  | cpu    | cpu.shares       | 300
          --cpuset-cpus 0   | cpuset | cpuset.cpus      | 0
          --pids-limit 33   | pids   | pids.max         | 33
          """)
  void anUpdateIsInTheCgroupAtOnce(String flags, String controller, String file, String value)
      throws IOException {
    docker.shell("docker update " + flags + " live").succeeded();

    Path group =
        Path.of("/sys/fs/cgroup", controller, "fairlead-" + find("live").id()).resolve(file);
    if (Files.isDirectory(Path.of("/sys/fs/cgroup", controller))) {
      assertThat(Files.readString(group).strip()).isEqualTo(value);
    }
  }

  @Test
  void whatNeedsTooMuchMemoryIsEndedAndThatIsTold() {
    docker.shell("docker run --name greedy -m 16m busybox sh -c 'tail /dev/zero'");

    assertThat(docker.output("inspect", "-f", "{{.State.OOMKilled}} {{.State.ExitCode}}", "greedy"))
        .isEqualTo("true 137");
    assertThat(docker.output("inspect", "-f", "{{.State.OOMKilled}}", "live")).isEqualTo("false");
  }

  @Test
  void aPausedContainerIsStillPausedForTheNextEngine() {
    docker.close();
    engine.restart();
    docker = Docker.of(engine, client);

    assertThat(find("frozen").state().name()).isEqualTo("PAUSED");
    assertThat(find("live").state().name()).isEqualTo("RUNNING");
    assertThat(List.of(find("frozen").pid())).doesNotContain(0);
  }

  private Container find(String name) {
    return engine.containers().find(name);
  }
}
