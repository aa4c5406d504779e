package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.DockerClient;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import io.fairlead.testing.Tmux;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Further processes in a container, by the real docker command. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class ExecTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;
  private Docker older;

  @BeforeAll
  void open() {
    host = TestHost.create("exec");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    older = Docker.of(engine, DockerClient.DEBIANS_20_10);
    engine.wanted("true");
    docker.output(
        "run", "-d", "--name", "box", "-h", "box", "-e", "A=1", "-w", "/tmp", "-u", "www",
        "busybox", "sleep", "1000");
    docker.output("run", "-d", "--name", "plain", "busybox", "sleep", "1000");
    docker.output("run", "-d", "--name", "mighty", "--privileged", "busybox", "sleep", "1000");
    docker.output("create", "--name", "resting", "busybox", "true");
    docker.output("run", "-d", "--name", "halted", "busybox", "sleep", "1000");
    docker.output("pause", "halted");
  }

  @AfterAll
  void close() {
    older.close();
    docker.close();
    engine.close();
    host.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec box true | 0 | ''",
        "exec box sh -c 'exit 3' | 3 | ''",
        "exec box sh -c 'echo out; echo err >&2' | 0 | 'out\nerr'",
        "exec box sh -c 'kill -9 $$' | 137 | ''",
        "exec box hostname | 0 | box",
        "exec box pwd | 0 | /tmp",
        "exec -w /etc box pwd | 0 | /etc",
        "exec box sh -c 'echo $A $B $HOME' | 0 | 1 /www",
        "exec -e A=2 -e B=3 box sh -c 'echo $A $B' | 0 | 2 3",
        "exec box id | 0 | uid=33(www) gid=33(www) groups=33(www)",
        "exec -u root box sh -c 'id -u; echo $HOME' | 0 | '0\n/root'",
        "exec -u 7:8 box sh -c 'id -u; id -g; echo $HOME' | 0 | '7\n8\n/'",
        "exec box grep CapEff /proc/self/status | 0 | 'CapEff:\t0000000000000000'",
        "exec plain grep CapEff /proc/self/status | 0 | 'CapEff:\t00000000a80425fb'",
        "exec plain grep Seccomp: /proc/self/status | 0 | 'Seccomp:\t2'",
        "exec mighty grep Seccomp: /proc/self/status | 0 | 'Seccomp:\t0'",
        "exec plain sh -c 'test /proc/self/ns/net -ef /proc/1/ns/net && echo same' | 0 | same",
        "exec plain tty | 1 | not a tty",
        "exec -t plain sh -c 'test $(tty) != /dev/pts/9 && echo a terminal' | 0 | a terminal",
        "exec -t plain sh -c 'echo $TERM; exit 4' | 4 | 'xterm'",
      })
  void execRunsAsAskedFor(String line, int exitCode, String output) {
    for (Command exec :
        List.of(
            docker.shell("docker " + line),
            older.shell("docker " + line),
            docker.shell("fairlead " + line))) {
      assertThat((exec.stdout() + exec.stderr()).replace("\r\n", "\n").strip())
          .as("%s", exec.line())
          .isEqualTo(output);
      assertThat(exec.exitCode()).as("%s", exec.line()).isEqualTo(exitCode);
    }
  }

  @Test
  void aPrivilegedExecHasAllThatTheEngineHas() {
    String all = "sh -c 'grep CapEff /proc/self/status'";
    assertThat(docker.shell("docker exec --privileged plain " + all).stdout())
        .isEqualTo(docker.shell("docker exec mighty " + all).stdout())
        .isNotEqualTo(docker.shell("docker exec plain " + all).stdout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec plain nosuch | 127 | executable file not found in $PATH",
        "exec plain /no/such | 127 | no such file or directory",
        "exec plain /etc/not-executable | 126 | permission denied",
        "exec -t plain nosuch | 127 | executable file not found in $PATH",
        "exec -u nobody plain true | 126 | unable to find user nobody",
        "exec -w rel plain true | 126 | needs to be an absolute path",
        "exec resting true | 1 | is not running",
        "exec halted true | 1 | is paused, unpause the container before exec",
        "run -t busybox nosuch | 127 | executable file not found in $PATH",
        "exec nobody true | 1 | No such container: nobody",
        "exec -d nobody true | 1 | No such container: nobody",
        "exec --detach-keys ctrl-long plain true | 1 | Invalid detach keys (ctrl-long) provided",
      })
  void refusalsSayWhy(String line, int exitCode, String message) {
    for (Docker command : List.of(docker, older)) {
      Command refused = command.shell("docker " + line);
      assertThat(refused.stdout() + refused.stderr()).contains(message);
      assertThat(refused.exitCode()).isEqualTo(exitCode);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  void aDetachedExecRunsOn(String command) {
    String file = "/tmp/detached-" + command;
    docker.shell(command + " exec -d plain sh -c 'echo done > " + file + "'").succeeded();
    assertThat(
            docker.output(
                "exec", "plain", "sh", "-c", "until cat " + file + "; do sleep 0.1; done"))
        .contains("done");
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "fairlead"})
  void inputReachesTheProcessAndEnds(String command) {
    Command exec =
        docker.shell(
            "head -c 30000000 /dev/zero | " + command + " exec -i plain sh -c 'cat | wc -c'");
    assertThat(exec.stdout().strip()).isEqualTo("30000000");
  }

  @Test
  void muchOutputArrivesWholeAndASlowClientIsWaitedFor() {
    assertThat(
            docker
                .shell("docker exec plain head -c 50000000 /dev/zero | (sleep 1; wc -c)")
                .stdout()
                .strip())
        .isEqualTo("50000000");
  }

  @ParameterizedTest
  @CsvSource({"docker, ended: 1", "fairlead, ended: 0"})
  void aTerminalHasTheWindowsSizeAndIsLeftByTheKeys(String command, String end) {
    String line = command + " exec -it plain sh -c 'echo $$ > /tmp/shell; exec sh'";
    try (var terminal = docker.terminal(91, 31, line)) {
      terminal.await("/ #").type(Tmux.untilSize(91, 31), "Enter").await("91x31");
      terminal.resize(100, 40).type(Tmux.untilSize(100, 40), "Enter").await("100x40");
      terminal.type("C-p", "C-q").await(end);
    }
    assertThat(docker.output("exec", "plain", "sh", "-c", "kill -0 $(cat /tmp/shell); echo alive"))
        .isEqualTo("alive");
  }

  @Test
  void anExecEndsWithItsContainer() {
    docker.output("run", "-d", "--name", "short", "busybox", "sleep", "1000");
    Command exec =
        docker.shell("(sleep 1; docker kill short >/dev/null) & docker exec short sleep 1000");
    assertThat(exec.exitCode()).isEqualTo(137);
    assertThat(docker.run("exec", "short", "true").stderr()).contains("is not running");
    docker.output("rm", "short");
  }

  @Test
  void manyAtOnceAreServed() {
    Command all =
        docker.shell("for i in 1 2 3 4 5 6 7 8; do docker exec plain echo done & done; wait");
    assertThat(all.stdout().lines()).hasSize(8).containsOnly("done");
  }
}
