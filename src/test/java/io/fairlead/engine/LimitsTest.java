package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every limit and every way of sharing, asked for by the docker command and read back from the
 * kernel's own files of the container's cgroup and process, under each runtime.
 */
@Tag("client")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // It does not know the method that opens.
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"crun", "runc"})
class LimitsTest {
  @Parameter String runtime = "";

  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeParameterizedClassInvocation
  void open() {
    host = TestHost.create("host");
    engine = TestEngine.open(host, config -> withRuntime(config, runtime));
    docker = Docker.of(engine);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  private static EngineConfig withRuntime(EngineConfig config, String runtime) {
    return new EngineConfig(
        config.dataRoot(),
        config.execRoot(),
        config.host(),
        config.bridge(),
        config.bip(),
        config.ipv6(),
        config.fixedCidrV6(),
        config.mtuBytes(),
        runtime,
        config.leavesForeignFirewalls());
  }

  @AfterParameterizedClassInvocation
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  @AfterEach
  void nothingIsLeft() {
    for (var container : engine.containers().list()) {
      engine.containers().remove(container.id(), true);
    }
    engine.assertNothingLeft();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -m 64m                        | memory | memory.limit_in_bytes       | 67108864      | memory.max      | 67108864
          -m 64m                        | memory | memory.memsw.limit_in_bytes | 134217728     | memory.swap.max | 67108864
          -m 64m --memory-swap 96m      | memory | memory.memsw.limit_in_bytes | 100663296     | memory.swap.max | 33554432
          --memory-reservation 32m      | memory | memory.soft_limit_in_bytes  | 33554432      | memory.low      | 33554432
          --cpus 0.5                    | cpu    | cpu.cfs_quota_us            | 50000         | cpu.max         | 50000 100000
          --cpu-period 50000 --cpu-quota 25000 | cpu | cpu.cfs_period_us       | 50000         | cpu.max         | 25000 50000
          --cpu-period 50000 --cpu-quota 25000 | cpu | cpu.cfs_quota_us        | 25000         | cpu.max         | 25000 50000
          --cpu-shares 512              | cpu    | cpu.shares                  | 512           | cpu.weight      | 20
          --cpuset-cpus 0               | cpuset | cpuset.cpus                 | 0             | cpuset.cpus     | 0
          --cpuset-mems 0               | cpuset | cpuset.mems                 | 0             | cpuset.mems     | 0
          --pids-limit 42               | pids   | pids.max                    | 42            | pids.max        | 42
          --pids-limit -1               | pids   | pids.max                    | max           | pids.max        | max
          """)
  void aLimitIsInTheCgroup(
      String flags, String controller, String v1, String value1, String v2, String value2) {
    var container = started(flags);

    boolean isV1 = Files.isDirectory(Path.of("/sys/fs/cgroup", controller));
    assertThat(text(group(container, controller).resolve(isV1 ? v1 : v2)))
        .isEqualTo(isV1 ? value1 : value2);
  }

  /** What cgroup v2 has no file for is refused there. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --memory-swappiness 30     | memory  | memory.swappiness  | 30                 | cgroup v2 has none
          -m 64m --oom-kill-disable  | memory  | memory.oom_control | oom_kill_disable 1 | cgroup v2 has no such switch
          --device /dev/fuse:/dev/f:r | devices | devices.list      | c 10:229 r         |
          --device-cgroup-rule 'c 42:* rmw' | devices | devices.list | c 42:* rwm        |
          """)
  void aLimitOfV1IsInTheCgroup(
      String flags, String controller, String file, String line, String refusal) {
    if (!Files.isDirectory(Path.of("/sys/fs/cgroup", controller))) {
      if (refusal != null) {
        assertThat(docker.shell("docker create " + flags + " busybox true").stderr())
            .contains(refusal);
      }
      return;
    }
    var container = started(flags);

    assertThat(text(group(container, controller).resolve(file)).lines()).contains(line);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --ulimit nofile=100:200        | sed -n '/open files/s/  */ /gp' /proc/self/limits | Max open files 100 200 files
          --ulimit core=-1               | sed -n '/core file/s/  */ /gp' /proc/self/limits | Max core file size unlimited unlimited bytes
          --oom-score-adj 500            | cat /proc/self/oom_score_adj                  | 500
          --shm-size 8m                  | grep -o ' /dev/shm .*size=[^ ,]*' /proc/mounts  | REGEX .*size=8192k
          ''                             | grep -o ' /dev/shm .*size=[^ ,]*' /proc/mounts  | REGEX .*size=65536k
          --tmpfs /run:size=4m,mode=700  | grep ' /run ' /proc/mounts                    | REGEX tmpfs /run tmpfs rw,nosuid,nodev,noexec,.*size=4096k,mode=700.*
          --tmpfs /run:exec              | grep -c ' /run .*noexec' /proc/mounts         | 0
          --read-only                    | if ! touch /x 2>/dev/null; then grep -o ' / overlay r.' /proc/mounts; fi | / overlay ro
          --read-only --tmpfs /tmp       | touch /tmp/x && echo made                     | made
          --sysctl net.core.somaxconn=77 | cat /proc/sys/net/core/somaxconn              | 77
          --sysctl kernel.msgmax=4096    | cat /proc/sys/kernel/msgmax                   | 4096
          --sysctl net.ipv4.ip_unprivileged_port_start=80 | cat /proc/sys/net/ipv4/ip_unprivileged_port_start | 80
          --device /dev/fuse:/dev/f      | stat -c '%t:%T %n' /dev/f                     | a:e5 /dev/f
          --device /dev/net              | stat -c '%t:%T %n' /dev/net/tun               | a:c8 /dev/net/tun
          --group-add 77 --group-add www | id -G                                         | 0 33 77
          --uts host                     | hostname                                      | HOSTNAME
          --security-opt no-new-privileges | grep NoNewPrivs /proc/self/status           | NoNewPrivs:	1
          ''                             | grep NoNewPrivs /proc/self/status             | NoNewPrivs:	0
          --security-opt seccomp=unconfined | grep Seccomp: /proc/self/status            | Seccomp:	0
          ''                             | grep Seccomp: /proc/self/status               | Seccomp:	2
          ''                             | grep -c ' /proc/interrupts ' /proc/mounts          | 1
          --security-opt systempaths=unconfined | grep -c ' /proc/interrupts ' /proc/mounts   | 0
          --ipc none                     | ls /dev/shm | REGEX .*No such file.*
          """)
  void anOptionIsInTheProcess(String flags, String command, String expected) {
    var ran =
        docker.shell("docker run --rm %s busybox sh -c \"%s\" 2>&1".formatted(flags, command));

    String wanted = expected.replace("HOSTNAME", text(Path.of("/proc/sys/kernel/hostname")));
    String printed = ran.stdout().strip();
    if (wanted.startsWith("REGEX ")) {
      assertThat(printed).matches(wanted.substring("REGEX ".length()));
    } else {
      assertThat(printed.lines().toList().getLast().strip()).isEqualTo(wanted);
    }
  }

  /** The namespace is the host's, or is not. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "--pid host, pid, true",
    "'', pid, false",
    "--ipc host, ipc, true",
    "'', ipc, false",
    "--ipc shareable, ipc, false",
    "--uts host, uts, true",
    "'', uts, false",
    "--cgroupns private, cgroup, false",
    "--cgroupns host, cgroup, true",
  })
  void aNamespaceIsTheHostsOrIsNot(String flags, String kind, boolean isTheHosts) {
    var container = started(flags);

    assertThat(
            namespace(container.pid(), kind).equals(namespace(ProcessHandle.current().pid(), kind)))
        .isEqualTo(isTheHosts);
  }

  @Test
  void namespacesOfAnotherContainerAreJoined() {
    var donor = started("--ipc shareable --name donor");
    var guest = started("--ipc container:donor --pid container:donor");

    assertThat(namespace(guest.pid(), "ipc")).isEqualTo(namespace(donor.pid(), "ipc"));
    assertThat(namespace(guest.pid(), "pid")).isEqualTo(namespace(donor.pid(), "pid"));
    docker
        .shell("docker run --rm --ipc container:donor busybox sh -c 'echo shared > /dev/shm/x'")
        .succeeded();
    assertThat(text(Path.of("/proc/%d/root/dev/shm/x".formatted(donor.pid())))).isEqualTo("shared");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --ipc container:plain   | non-shareable IPC (hint: use IpcMode:shareable for the donor container)
          --ipc container:resting | cannot join IPC of a non running container
          --pid container:resting | cannot join PID of a non running container
          --pid container:nobody  | No such container: nobody
          --device /dev/nope      | error gathering device information while adding custom device "/dev/nope": no such file or directory
          --device /proc/version  | error gathering device information while adding custom device "/proc/version": not a device node
          --group-add nobody-here | unable to find group nobody-here: no matching entries in group file
          """)
  void aStartThatCannotShareIsRefused(String flags, String words) {
    started("--name plain");
    docker.shell("docker create --name resting busybox true").succeeded();

    var ran = docker.shell("docker run --rm " + flags + " busybox true");

    // The command makes 127 of some words, whatever they are about.
    assertThat(ran.exitCode()).isIn(125, 127);
    assertThat(ran.stderr()).contains(words);
  }

  @Test
  void aGroupOfTheUsersChoiceIsMadeAndGoesWithItsLastContainer() {
    var first = started("--cgroup-parent /fairlead-test/deep -m 32m");
    var second = started("--cgroup-parent /fairlead-test/deep");
    assertThat(text(Path.of("/proc/%d/cgroup".formatted(second.pid()))))
        .contains("/fairlead-test/deep/fairlead-" + second.id());

    engine.containers().remove(first.id(), true);
    Path group = group(second, "memory");
    assertThat(group).exists();
    engine.containers().remove(second.id(), true);
    assertThat(group.resolve("..")).doesNotExist();
    assertThat(Path.of("/sys/fs/cgroup/memory/fairlead-test")).doesNotExist();
  }

  @Test
  void aProfileOfOnesOwnForbidsWhatItForbids() throws IOException {
    Path profile = Files.createTempFile("fairlead-seccomp-", ".json");
    Files.writeString(
        profile,
        """
        {"defaultAction": "SCMP_ACT_ALLOW",
         "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}
        """);
    try {
      String line = "docker run --rm %s busybox sh -c 'mkdir /made && echo made'";
      var plain = docker.shell(line.formatted(""));
      var forbidden = docker.shell(line.formatted("--security-opt seccomp=" + profile));

      assertThat(plain.stdout()).isEqualTo("made\n");
      assertThat(forbidden.stderr()).contains("Operation not permitted");
    } finally {
      Files.delete(profile);
    }
  }

  /** Where no init is installed, that is said; where one is, it is the first process. */
  @Test
  void anInitIsTheFirstProcessWhereOneIsInstalled() {
    boolean isInstalled =
        List.of("docker-init", "tini-static", "catatonit").stream()
            .anyMatch(name -> Files.isExecutable(Path.of("/usr/bin", name)));
    var ran = docker.shell("docker run --rm --init busybox sh -c 'cat /proc/1/cmdline; exit 3'");

    if (isInstalled) {
      assertThat(ran.exitCode()).isEqualTo(3);
      assertThat(ran.stdout()).startsWith("/sbin/docker-init\0--\0sh");
    } else {
      assertThat(ran.exitCode()).isEqualTo(125);
      assertThat(ran.stderr()).contains("no static init was found");
    }
  }

  private Container started(String flags) {
    String id =
        docker
            .shell("docker run -d %s busybox sleep 1000".formatted(flags))
            .succeeded()
            .stdout()
            .strip();
    return engine.containers().find(id);
  }

  /** The container's own directory in a controller's hierarchy, or in the one there is. */
  private static Path group(Container container, String controller) {
    for (String line :
        text(Path.of("/proc/%d/cgroup".formatted(container.pid()))).lines().toList()) {
      String[] fields = line.split(":", 3);
      if (List.of(fields[1].split(",", -1)).contains(controller)) {
        return Path.of("/sys/fs/cgroup", controller, fields[2]);
      }
    }
    String path = text(Path.of("/proc/%d/cgroup".formatted(container.pid()))).split("::", 2)[1];
    return Path.of("/sys/fs/cgroup", path);
  }

  private static String namespace(long pid, String kind) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/%d/ns/%s".formatted(pid, kind))).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
