package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Tmux;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A person at a real terminal, with the real docker command. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class TerminalTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("terminal");
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

  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  void theSizeIsSeenInsideAndFollowsTheWindow(String command) {
    try (var terminal = docker.terminal(100, 30, command + " run -it --rm busybox sh")) {
      terminal.await("/ #").type("tty", "Enter").await("/dev/pts/0");
      terminal.type(Tmux.untilSize(100, 30), "Enter").await("100x30");
      terminal.resize(120, 40).type(Tmux.untilSize(120, 40), "Enter").await("120x40");
      terminal.type("exit 7", "Enter").await("ended: 7");
    }
  }

  @ParameterizedTest
  @CsvSource({
    // What the docker command says of every attach that was left.
    "docker, read escape sequence, ended: 1",
    "fairlead, running: fairlead attach %s, ended: 0",
  })
  void keysLeaveItRunningAndItIsAttachedToAgain(String command, String word, String end) {
    String shell = "shell-" + command;
    String run = "%s run -it --name %s busybox sh".formatted(command, shell);
    try (var terminal = docker.terminal(80, 24, run)) {
      terminal.await("/ #").type("word=kept", "Enter").type("C-p", "C-q").await("ended: 0");
    }
    String id = docker.output("inspect", "-f", "{{.Id}}", shell).substring(0, 12);
    assertThat(docker.output("inspect", "-f", "{{.State.Running}} {{.Config.Tty}}", shell))
        .isEqualTo("true true");
    String attach = command + " attach --detach-keys ctrl-x,z " + shell;
    try (var terminal = docker.terminal(90, 20, attach)) {
      terminal.type("", "Enter").await("/ #").type("echo $word", "Enter").await("kept");
      terminal.type(Tmux.untilSize(90, 20), "Enter").await("90x20");
      terminal.type("C-x", "z").await(word.formatted(id)).await(end);
    }
    try (var terminal = docker.terminal(80, 24, command + " attach " + shell)) {
      terminal.type("", "Enter").await("/ #").type("exit 5", "Enter").await("ended: 5");
    }
  }

  @Test
  void aTerminalsLogIsOneStreamAsItWas() {
    docker.run("run", "-t", "--name", "both", "busybox", "sh", "-c", "echo a; ls /none");
    assertThat(docker.run("logs", "both").succeeded().stdout())
        .isEqualTo("a\r\nls: /none: No such file or directory\r\n");
    assertThat(docker.output("logs", "-t", "--tail", "1", "both"))
        .matches("\\S+Z ls: /none: No such file or directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  void ctrlCReachesTheProcessInside(String command) {
    String script = " run -it --rm busybox sh -c 'trap \"exit 9\" INT; echo ready; sleep 100'";
    try (var terminal = docker.terminal(80, 24, command + script)) {
      terminal.await("ready").type("C-c").await("ended: 9");
    }
  }

  @Test
  void onlyWhatRunsIsResized() {
    docker.output("create", "-t", "--name", "resting", "busybox", "true");
    assertThat(
            docker
                .shell(
                    "curl -s -X POST --unix-socket ${DOCKER_HOST#unix://}"
                        + " 'http://d/containers/resting/resize?h=1&w=2'")
                .stdout())
        .contains("is not running");
  }
}
