package io.fairlead.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One container at a time, under each runtime. */
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
    String id = lab.launch(lab.spec("sh", "-c", "exit 42"));
    assertThat(lab.end(id).code()).isEqualTo(42);
    lab.runtime.delete(id);
  }

  @Test
  void bothStreamsAreInTheLog() throws Exception {
    assertThat(lab.output(lab.spec("sh", "-c", "echo out; echo err >&2; printf end")))
        .contains("out\n", "!err\n", "end");
  }

  @Test
  void signalEndsItWith128AndTheSignalsNumber() throws Exception {
    String id = lab.launch(lab.spec("sleep", "100"));
    assertThat(lab.runtime.kill(id, 9)).isTrue();
    assertThat(lab.end(id).code()).isEqualTo(137);
    assertThat(lab.runtime.kill(id, 9)).isFalse();
    lab.runtime.delete(id);
  }

  @Test
  void missingProgramIsSaidInDockersWords() {
    var spec = lab.spec("nosuch");
    assertThatThrownBy(() -> lab.launch(spec))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("exec: \"nosuch\": executable file not found in $PATH: unknown");
    lab.runtime.delete(spec.id());
  }

  @Test
  void missingProgramByPathIsSaidInDockersWords() {
    var spec = lab.spec("/bin/nosuch");
    assertThatThrownBy(() -> lab.launch(spec)).hasMessageContaining("no such file or directory");
    lab.runtime.delete(spec.id());
  }

  @Test
  void programThatMayNotRunIsSaidInDockersWords() {
    var spec = lab.spec("/tmp/plain");
    assertThatThrownBy(() -> lab.launch(spec)).hasMessageContaining("permission denied");
    lab.runtime.delete(spec.id());
  }

  @Test
  void attachedClientSeesOutputAndWritesInput() throws Exception {
    var spec = withStdin(lab.spec("cat"));
    var sink = new Lab.Collected();
    lab.runtime.create(spec);
    var attachment = lab.runtime.attach(spec.id(), sink);
    lab.runtime.start(spec.id());
    byte[] piece = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.UTF_8);
    long total = 10L << 20;
    for (long sent = 0; sent < total; sent += piece.length) {
      attachment.write(ByteBuffer.wrap(piece));
    }
    attachment.closeInput();
    assertThat(lab.end(spec.id()).code()).isZero();
    assertThat(sink.awaitEnd()).isTrue();
    assertThat(sink.bytes()).isEqualTo(total);
    lab.runtime.delete(spec.id());
  }

  private static ProcessSpec withStdin(ProcessSpec s) {
    return new ProcessSpec(
        s.id(),
        s.root(),
        s.arguments(),
        s.environment(),
        s.workingDirectory(),
        s.user(),
        s.hostname(),
        s.network(),
        s.mounts(),
        s.addedCapabilities(),
        s.droppedCapabilities(),
        s.isPrivileged(),
        true,
        s.log(),
        s.inheritedFds());
  }

  @Test
  void deleteLeavesNothing() throws Exception {
    String id = lab.launch(lab.spec("sh", "-c", "sleep 100 & sleep 100"));
    lab.runtime.delete(id);
    assertThat(lab.runtime.known()).isEmpty();
    assertThat(lab.execRoot.resolve("oci")).isEmptyDirectory();
    assertThat(lab.execRoot.resolve("runtime")).isEmptyDirectory();
    for (Path hierarchy : CgroupLayout.hierarchies(io.fairlead.linux.Mounts.table())) {
      assertThat(hierarchy.resolve("fairlead-" + id)).doesNotExist();
    }
  }
}
