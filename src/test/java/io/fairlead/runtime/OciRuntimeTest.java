package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Mounts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One container's life, and what it finds around it, under each runtime. */
@Tag("kernel")
@ParameterizedClass
@ValueSource(strings = {"crun", "runc"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OciRuntimeTest {
  @Parameter String runtimeName = "";

  // JUnit calls open() first, which NullAway does not know yet.
  @SuppressWarnings("NullAway.Init")
  private Lab lab;

  @BeforeParameterizedClassInvocation
  void open() throws Exception {
    lab = new Lab(runtimeName);
  }

  @AfterParameterizedClassInvocation
  void close() {
    lab.close();
  }

  @Test
  void exitCodeOfTheProcessIsTheContainers() throws Exception {
    var spec = lab.launch(lab.script("exit 42"));
    assertThat(lab.end(spec).code()).isEqualTo(42);
    lab.runtime.delete(spec.id());
  }

  @Test
  void signalEndsItWith128AndTheSignalsNumber() throws Exception {
    var spec = lab.launch(lab.run("sleep", "100"));
    assertThat(lab.runtime.kill(spec.id(), 9)).isTrue();
    assertThat(lab.end(spec).code()).isEqualTo(137);
    assertThat(lab.runtime.kill(spec.id(), 9)).isFalse();
    lab.runtime.delete(spec.id());
  }

  @Test
  void missingProgramIsSaidInDockersWords() {
    assertRefused(
        lab.run("nosuch"), "exec: \"nosuch\": executable file not found in $PATH: unknown");
  }

  @Test
  void missingProgramByPathIsSaidInDockersWords() {
    assertRefused(lab.run("/bin/nosuch"), "no such file or directory");
  }

  @Test
  void programThatMayNotRunIsSaidInDockersWords() {
    assertRefused(lab.run("/tmp/plain"), "permission denied");
  }

  @Test
  void directoryAsProgramIsSaidInDockersWords() {
    assertRefused(lab.run("/tmp"), "permission denied");
  }

  @Test
  void unknownUserIsSaidInDockersWords() {
    assertRefused(
        lab.run("true").as("bob"), "unable to find user bob: no matching entries in passwd file");
  }

  private void assertRefused(Run run, String words) {
    var spec = run.spec();
    assertThatThrownBy(
            () -> {
              lab.runtime.create(spec);
              lab.runtime.start(spec.id());
            })
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining(words);
    lab.runtime.delete(spec.id());
    assertThat(lab.runtime.known()).isEmpty();
  }

  @Test
  void processHasDockersFourteenCapabilities() throws Exception {
    String status = lab.output(lab.run("cat", "/proc/self/status"));
    assertThat(status).contains("CapEff:\t00000000a80425fb", "CapBnd:\t00000000a80425fb");
    assertThat(status).contains("CapInh:\t0000000000000000", "Seccomp:\t2");
  }

  @Test
  void capabilitiesAreAddedAndDropped() throws Exception {
    var run = lab.run("cat", "/proc/self/status").drop("ALL").add("NET_ADMIN");
    assertThat(lab.output(run)).contains("CapEff:\t0000000000001000");
  }

  @Test
  void userComesFromTheRootsOwnFiles() throws Exception {
    var run = lab.script("id; echo $HOME; cat /proc/self/status").as("ann");
    assertThat(lab.output(run))
        .contains("uid=1000(ann) gid=100(users) groups=10(wheel),100(users)", "/home/ann")
        .contains("CapEff:\t0000000000000000");
  }

  @Test
  void processHasThreeDescriptorsAndNoMore() throws Exception {
    // The fourth is the one by which ls reads the directory.
    assertThat(lab.output(lab.run("ls", "/proc/self/fd"))).isEqualTo("0\n1\n2\n3\n");
  }

  @Test
  void missingWorkingDirectoryIsMade() throws Exception {
    assertThat(lab.output(lab.run("pwd").in("/srv/deep"))).isEqualTo("/srv/deep\n");
  }

  @Test
  void kernelsFilesAreMaskedAndReadOnly() throws Exception {
    var run = lab.script("cat /proc/keys; ls /sys/firmware; cat /proc/self/mounts");
    assertThat(lab.output(run))
        .containsPattern("/proc/sys proc ro,")
        .containsPattern("/sys sysfs ro,")
        .containsPattern("/sys/fs/cgroup\\S* cgroup2? ro,")
        .containsPattern("/proc/keys \\S*tmpfs ");
  }

  @Test
  void bindMountsAreThereReadOnlyOrNot() throws Exception {
    Path source = Files.createDirectories(lab.directory.resolve("source"));
    var run =
        lab.script("touch /a/x; touch /b/y").mount(source, "/a", false).mount(source, "/b", true);
    assertThat(lab.output(run)).isEqualTo("!touch: /b/y: Read-only file system\n");
    assertThat(source.resolve("x")).exists();
  }

  @Test
  void privilegedHasEverythingTheEngineHas() throws Exception {
    var run = lab.script("cat /proc/self/status; ls /dev; mkdir /sys/fs/cgroup/*/x").privileged();
    String output = lab.output(run);
    assertThat(output).contains("Seccomp:\t0", "kmsg");
    assertThat(output).contains(capabilitiesOf("CapBnd"));
  }

  private static String capabilitiesOf(String set) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(set))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void hostModeIsTheEnginesHostAndSeesItsLinks() throws Exception {
    String inside = lab.output(lab.script("ls /sys/class/net; ls -l /proc/self/ns/net"));
    String hosts =
        lab.host
            .call("look", () -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")))
            .toString();
    assertThat(inside).startsWith("lo\n").contains(hosts);
  }

  @Test
  void namedNetworkIsJoined() throws Exception {
    var run =
        lab.script("ls -l /proc/self/ns/net; cat /proc/sys/net/ipv4/ip_unprivileged_port_start")
            .network(lab.otherNetwork());
    String inside = Files.getAttribute(lab.otherNetwork(), "unix:ino").toString();
    assertThat(lab.output(run)).contains("net:[" + inside + "]\n0\n");
  }

  @Test
  void conmonHoldsNothingOfOurs() throws Exception {
    Path held = Files.createFile(lab.directory.resolve("held"));
    int descriptor = Libc.open(held.toString(), 0, 0);
    var spec = lab.launch(lab.run("sleep", "100").inherit(descriptor));
    Libc.close(descriptor);
    int conmon = lab.runtime.conmonPid(spec.id()).orElseThrow();
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + conmon + "/fd/3"))).isEqualTo(held);
    assertThat(descriptors(conmon))
        .allMatch(
            target ->
                target.equals(held.toString())
                    || target.equals("/dev/null")
                    || target.startsWith("pipe:")
                    || target.startsWith("anon_inode:")
                    || target.startsWith("socket:")
                    || target.startsWith(lab.execRoot.toString())
                    || target.startsWith("/sys/fs/cgroup/")
                    || target.equals(spec.log().toString()));
    lab.runtime.delete(spec.id());
    Files.delete(held);
  }

  private static List<String> descriptors(int pid) throws Exception {
    var targets = new ArrayList<String>();
    try (var entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path entry : entries.toList()) {
        targets.add(Files.readSymbolicLink(entry).toString());
      }
    }
    return targets;
  }

  @Test
  void newDaemonFindsWhatTheOldOneLeft() throws Exception {
    var running = lab.launch(lab.script("read line; echo got $line").keptInput());
    var ended = lab.launch(lab.script("exit 3"));
    var made = lab.run("true").spec();
    lab.runtime.create(made);
    lab.end(ended);
    int conmon = lab.runtime.conmonPid(running.id()).orElseThrow();
    lab.restart();
    assertThat(lab.runtime.known())
        .isEqualTo(List.copyOf(new TreeSet<>(List.of(running.id(), ended.id(), made.id()))));
    assertThat(lab.runtime.conmonPid(running.id())).hasValue(conmon);
    assertThat(lab.runtime.started(running.id())).isPresent();
    assertThat(lab.runtime.started(made.id())).isEmpty();
    assertThat(lab.end(ended).code()).isEqualTo(3);
    var sink = new CollectingSink();
    var attachment = lab.runtime.attach(running.id(), sink);
    attachment.write(ByteBuffer.wrap("it\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(lab.end(running).code()).isZero();
    assertThat(sink.awaitEnd()).isTrue();
    assertThat(sink.text()).isEqualTo("got it\n");
    for (var spec : List.of(running, ended, made)) {
      lab.runtime.delete(spec.id());
    }
  }

  @Test
  void killedConmonEndsTheContainerWith137() throws Exception {
    var spec = lab.launch(lab.run("sleep", "100"));
    int init = lab.runtime.started(spec.id()).orElseThrow().pid();
    ProcessHandle.of(lab.runtime.conmonPid(spec.id()).orElseThrow())
        .orElseThrow()
        .destroyForcibly();
    assertThat(lab.end(spec).code()).isEqualTo(137);
    assertThat(Bundle.proc(init, "stat")).matches("(?s)|.*\\) [ZX] .*");
    lab.runtime.delete(spec.id());
    assertNothingLeft(spec.id());
  }

  @Test
  void closeLeavesNoDescriptorOpen() throws Exception {
    var spec = lab.launch(lab.run("sleep", "100"));
    lab.restart();
    var before = descriptors((int) ProcessHandle.current().pid()).size();
    lab.runtime.attach(spec.id(), new CollectingSink());
    for (int i = 0; i < 3; i++) {
      lab.restart();
    }
    assertThat(descriptors((int) ProcessHandle.current().pid())).hasSize(before);
    lab.runtime.delete(spec.id());
  }

  @Test
  void deleteLeavesNothing() throws Exception {
    var spec = lab.launch(lab.script("sleep 100 & sleep 100"));
    lab.runtime.delete(spec.id());
    assertNothingLeft(spec.id());
    lab.runtime.delete(spec.id());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 12, 16, 20, 30, 40, 60, 100})
  void whatADaemonLeftHalfMadeIsDeleted(int delayMillis) throws Exception {
    String id;
    try (var daemon = new DoomedDaemon(lab, runtimeName)) {
      id = daemon.letRun(Duration.ofMillis(delayMillis));
    }
    lab.restart();
    lab.runtime.known().forEach(lab.runtime::delete);
    assertNothingLeft(id);
  }

  private void assertNothingLeft(String id) throws Exception {
    assertThat(lab.execRoot.resolve("oci")).isEmptyDirectory();
    assertThat(lab.execRoot.resolve("runtime")).isEmptyDirectory();
    for (Path hierarchy : CgroupLayout.hierarchies(Mounts.table())) {
      assertThat(hierarchy.resolve("fairlead-" + id)).doesNotExist();
    }
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(lab.execRoot + "/");
    try (var processes = ProcessHandle.allProcesses()) {
      assertThat(processes)
          .noneMatch(
              p -> Bundle.proc((int) p.pid(), "cmdline").contains(lab.execRoot + "/runtime"));
    }
  }
}
