package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OciSpecTest {
  private static final Path ROOT = Path.of("/nowhere/root");

  private static Run run(String... arguments) {
    return new Run(ROOT, Path.of("/nowhere"), arguments);
  }

  private static JsonNode json(Run run, CgroupLayout layout) {
    var profile =
        JsonMapper.shared().readTree("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}");
    var spec =
        new OciSpec(
            run.spec(),
            layout,
            new SeccompProfile(profile, "amd64", "6.1.0"),
            new SeccompFilters(false),
            Capabilities.ofMask(0x1fffeffffffL),
            Joins.NONE);
    return JsonMapper.shared().readTree(spec.toJson());
  }

  private static List<String> texts(JsonNode array, String field) {
    var texts = new ArrayList<String>();
    array.forEach(
        node -> texts.add(field.isEmpty() ? node.asString() : node.path(field).asString()));
    return texts;
  }

  /** What a plain container gets, in one text to read. */
  @Test
  void defaultsAreDockers() throws IOException {
    var run = run("true").environment("HOSTNAME=lab").network(Path.of("/run/pin"));
    String written = json(run, CgroupLayout.V2).toPrettyString();
    String id = run.spec().id();
    try (var golden = OciSpecTest.class.getResourceAsStream("default-config.json")) {
      assertThat(written.replace(id, "ID") + "\n")
          .isEqualTo(
              new String(Objects.requireNonNull(golden).readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void hostModeNamesNoNetworkAndSetsNoSysctl() {
    var linux = json(run("true"), CgroupLayout.V2).path("linux");
    assertThat(texts(linux.path("namespaces"), "type")).doesNotContain("network");
    assertThat(linux.has("sysctl")).isFalse();
  }

  @Test
  void cgroupNamespaceIsForV2Alone() {
    for (var layout : List.of(CgroupLayout.V1, CgroupLayout.HYBRID)) {
      var linux = json(run("true"), layout).path("linux");
      assertThat(texts(linux.path("namespaces"), "type")).doesNotContain("cgroup");
    }
  }

  @Test
  void privilegedIsNeitherMaskedNorFilteredNorReadOnly() {
    var config = json(run("true").privileged(), CgroupLayout.V2);
    var linux = config.path("linux");
    assertThat(linux.has("seccomp")).isFalse();
    assertThat(linux.has("maskedPaths")).isFalse();
    assertThat(linux.has("readonlyPaths")).isFalse();
    assertThat(linux.path("resources").path("devices").toString())
        .isEqualTo("[{\"allow\":true,\"access\":\"rwm\"}]");
    assertThat(texts(linux.path("devices"), "path")).contains("/dev/null", "/dev/kmsg");
    assertThat(config.path("process").path("capabilities").path("bounding").size()).isEqualTo(40);
    for (JsonNode mount : config.path("mounts")) {
      assertThat(texts(mount.path("options"), "")).doesNotContain("ro");
    }
  }

  @Test
  void bindsComeAfterWhatTheyAreOn() {
    var run =
        run("true")
            .mount(Path.of("/h/deep"), "/data/deep", false)
            .mount(Path.of("/h/shm"), "/dev/shm", false)
            .mount(Path.of("/h"), "/data", true);
    var mounts = json(run, CgroupLayout.V1).path("mounts");
    assertThat(texts(mounts, "destination"))
        .containsExactly(
            "/proc",
            "/dev",
            "/dev/pts",
            "/sys",
            "/sys/fs/cgroup",
            "/dev/mqueue",
            "/data",
            "/data/deep",
            "/dev/shm");
    assertThat(texts(mounts.path(6).path("options"), ""))
        .containsExactly("rbind", "rprivate", "ro");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''             | PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/
          PATH=/bin      | PATH=/bin HOME=/
          HOME=/h        | PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/h
          PATH=/b A=1 A=2| PATH=/b A=2 HOME=/
          PATH=/b HOME=  | PATH=/b HOME=/
          """)
  void environmentHasPathAndHome(String given, String expected) {
    var run = run("true");
    if (!given.isEmpty()) {
      run.environment(given.split(" ", -1));
    }
    var written = json(run, CgroupLayout.V2).path("process").path("env");
    assertThat(String.join(" ", texts(written, ""))).isEqualTo(expected);
  }

  @Test
  void relativeWorkingDirectoryIsRefused() {
    assertThatThrownBy(() -> json(run("true").in("srv"), CgroupLayout.V2))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("needs to be an absolute path");
  }
}
