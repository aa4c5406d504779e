package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateFlagsTest {

  private static Json body(String... words) {
    var flags = new CreateFlags();
    Usage usage =
        Usage.of("run", "").with(flags::describe).arguments("", 1, Usage.ANY).endedByArgument();
    List<String> arguments = Arguments.parse(usage, List.of(words)).arguments();
    return new Json(
        flags.body(
            arguments.getFirst(),
            arguments.subList(1, arguments.size()),
            true,
            name -> name.equals("HERE") ? "from-here" : null));
  }

  private static String host(Json body, String name) {
    return Json.line(body.at("HostConfig").at(name));
  }

  @Test
  void withoutFlagsTheImageDecides() {
    Json body = body("busybox");

    assertThat(body.at("Image").text()).isEqualTo("busybox");
    assertThat(body.at("Cmd").isMissing()).isTrue();
    assertThat(body.at("Entrypoint").isMissing()).isTrue();
    assertThat(host(body, "NetworkMode")).isEqualTo("\"default\"");
    assertThat(body.at("AttachStdout").isTrue()).isTrue();
    assertThat(body.at("AttachStdin").isTrue()).isFalse();
  }

  @Test
  void eachFlagArrivesInItsField() {
    Json body =
        body(
            "--rm",
            "-i",
            "-w",
            "/srv",
            "-u",
            "1:2",
            "--hostname",
            "h",
            "--label",
            "a=b",
            "-l",
            "c",
            "--network",
            "container:x",
            "--cap-add",
            "NET_ADMIN",
            "--cap-drop=ALL",
            "--privileged",
            "-P",
            "--entrypoint",
            "/bin/sh",
            "busybox",
            "-c",
            "echo -n");

    assertThat(body.at("WorkingDir").text()).isEqualTo("/srv");
    assertThat(body.at("User").text()).isEqualTo("1:2");
    assertThat(body.at("Hostname").text()).isEqualTo("h");
    assertThat(Json.line(body.at("Labels"))).isEqualTo("{\"a\":\"b\",\"c\":\"\"}");
    assertThat(Json.line(body.at("Cmd"))).isEqualTo("[\"-c\",\"echo -n\"]");
    assertThat(Json.line(body.at("Entrypoint"))).isEqualTo("[\"/bin/sh\"]");
    assertThat(body.at("StdinOnce").isTrue()).isTrue();
    assertThat(host(body, "NetworkMode")).isEqualTo("\"container:x\"");
    assertThat(host(body, "AutoRemove")).isEqualTo("true");
    assertThat(host(body, "CapAdd")).isEqualTo("[\"NET_ADMIN\"]");
    assertThat(host(body, "CapDrop")).isEqualTo("[\"ALL\"]");
    assertThat(host(body, "Privileged")).isEqualTo("true");
    assertThat(host(body, "PublishAllPorts")).isEqualTo("true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-m 64m | Memory | 67108864",
        "--memory=1.5g | Memory | 1610612736",
        "--memory-swap -1 | MemorySwap | -1",
        "--shm-size 512kb | ShmSize | 524288",
        "--cpus 0.5 | NanoCpus | 500000000",
        "-c 512 | CpuShares | 512",
        "--cpuset-cpus 0-1 | CpusetCpus | \"0-1\"",
        "--pids-limit -1 | PidsLimit | -1",
        "--oom-score-adj 5 | OomScoreAdj | 5",
        "--tmpfs /run:size=1m | Tmpfs | {\"/run\":\"size=1m\"}",
        "--sysctl a.b=c=d | Sysctls | {\"a.b\":\"c=d\"}",
        "--read-only | ReadonlyRootfs | true",
        "--init | Init | true",
        "--ipc host | IpcMode | \"host\"",
        "--uts host | UTSMode | \"host\"",
        "--group-add 7 | GroupAdd | [\"7\"]",
        "--security-opt systempaths=unconfined | MaskedPaths | []",
        "--security-opt seccomp=unconfined | SecurityOpt | [\"seccomp=unconfined\"]",
      })
  void limitsAndIsolationArriveInTheirFields(String flags, String field, String json) {
    var words = new ArrayList<>(List.of(flags.split(" ", -1)));
    words.add("busybox");
    Json body = body(words.toArray(String[]::new));

    assertThat(host(body, field)).isEqualTo(json);
    assertThat(host(body("busybox"), field)).isEqualTo("null");
  }

  @Test
  void aDeviceHasAPlaceAndPermissions() {
    Json devices = body("--device", "/dev/a:r", "--device", "/dev/b:/c:rw", "x").at("HostConfig");

    assertThat(devices.at("Devices").items().getFirst().at("PathInContainer").text())
        .isEqualTo("/dev/a");
    assertThat(devices.at("Devices").items().getFirst().at("CgroupPermissions").text())
        .isEqualTo("r");
    assertThat(devices.at("Devices").items().getLast().at("PathInContainer").text())
        .isEqualTo("/c");
  }

  @Test
  void aPolicyHasANumberOfRetries() {
    Json policy = body("--restart", "on-failure:3", "x").at("HostConfig").at("RestartPolicy");

    assertThat(policy.at("Name").text()).isEqualTo("on-failure");
    assertThat(policy.at("MaximumRetryCount").number()).isEqualTo(3);
    assertThatThrownBy(() -> body("-m", "much", "x")).hasMessageContaining("invalid size 'much'");
  }

  @Test
  void portsAreExposedAndBound() {
    Json body = body("-p", "8080:80", "-p127.0.0.1::53/udp", "--expose", "90-91", "busybox");

    assertThat(Json.line(body.at("ExposedPorts")))
        .isEqualTo("{\"80/tcp\":{},\"53/udp\":{},\"90/tcp\":{},\"91/tcp\":{}}");
    assertThat(host(body, "PortBindings"))
        .isEqualTo(
            """
            {"80/tcp":[{"HostIp":"","HostPort":"8080"}],"53/udp":[{"HostIp":"127.0.0.1","HostPort":""}]}""");
  }

  @Test
  void aVariableWithoutAValueIsTakenFromHere(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("env");
    Files.writeString(file, "# comment\n\nFROM_FILE=1\nHERE\n");

    Json body =
        body("--env-file", file.toString(), "-e", "A=b=c", "-e", "HERE", "-e", "NOT_HERE", "x");

    assertThat(Json.line(body.at("Env")))
        .isEqualTo("[\"FROM_FILE=1\",\"HERE=from-here\",\"A=b=c\",\"HERE=from-here\"]");
  }

  @Test
  void aRelativeBindIsRelativeToHere() {
    Json body = body("-v", "./data:/data:ro", "-v", "/abs:/x", "busybox");

    assertThat(host(body, "Binds"))
        .isEqualTo("[\"%s/data:/data:ro\",\"/abs:/x\"]".formatted(Path.of("").toAbsolutePath()));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> body("--env-file", "/does/not/exist", "x"))
        .hasMessageContaining("--env-file /does/not/exist");
  }
}
