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

  @Test
  void theSizeIsSeenInsideAndFollowsTheWindow() {
    try (var terminal = docker.terminal(100, 30, "docker run -it --rm busybox sh")) {
      terminal.await("/ #").type("tty; stty size", "Enter").await("/dev/pts/0").await("30 100");
      terminal.resize(120, 40).type(Tmux.untilSize(120, 40), "Enter").await("resized");
      terminal.type("exit 7", "Enter").await("ended: 7");
    }
  }

  @Test
  void keysLeaveItRunningAndItIsAttachedToAgain() {
    try (var terminal = docker.terminal(80, 24, "docker run -it --name shell busybox sh")) {
      terminal.await("/ #").type("word=kept", "Enter").type("C-p", "C-q").await("ended: 0");
    }
    assertThat(docker.output("inspect", "-f", "{{.State.Running}} {{.Config.Tty}}", "shell"))
        .isEqualTo("true true");
    try (var terminal = docker.terminal(90, 20, "docker attach --detach-keys ctrl-x,z shell")) {
      terminal.type("", "Enter").await("/ #").type("echo $word; stty size", "Enter");
      // What the docker command says of every attach that was left.
      terminal.await("kept").await("20 90").type("C-x", "z").await("read escape sequence");
      terminal.await("ended: 1");
    }
    try (var terminal = docker.terminal(80, 24, "docker attach shell")) {
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

  @Test
  void ctrlCReachesTheProcessInside() {
    String script = "'trap \"exit 9\" INT; echo ready; sleep 100'";
    try (var terminal = docker.terminal(80, 24, "docker run -it --rm busybox sh -c " + script)) {
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
