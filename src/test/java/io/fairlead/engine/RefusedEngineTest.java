package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.Failure;
import io.fairlead.InvalidRequest;
import io.fairlead.linux.Mounts;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that cannot open says why, and leaves nothing on the machine but its folders. */
@Tag("kernel")
class RefusedEngineTest {
  @TempDir private Path folder;
  private TestHost host;

  @BeforeEach
  void makeHost() {
    host = TestHost.create("host");
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Mounts.table()).noneMatch(mount -> mount.target().startsWith(folder));
    assertThat(host.exec("nft", "list", "ruleset").stdout()).isEmpty();
    assertThat(host.exec("ip", "-o", "link", "show", "type", "bridge").stdout()).isEmpty();
    host.close();
  }

  @Test
  void withoutItsRuntime() {
    refused(config("data", "exec", "/no/such/crun", ""), EngineFault.class, "/no/such/crun");
  }

  @Test
  void withARuntimeThatDoesNotRun() {
    refused(config("data", "exec", "/bin/false", ""), EngineFault.class, "/bin/false");
  }

  @Test
  void onASubnetThatTheHostHas() {
    try (var far = TestHost.create("far")) {
      host.link(far, "172.30.0.1/16", "172.30.0.2/16");
      refused(config("data", "exec", "auto", "172.30.5.1/24"), Failure.class, "172.30");
    }
  }

  @Test
  void onAMalformedBridgeAddress() {
    refused(config("data", "exec", "auto", "172.30.5.1"), InvalidRequest.class, "172.30.5.1");
  }

  @Test
  void onADataRootThatIsSomebodyElses() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(folder.resolve("data/letter"), "dear");

    refused(
        config("data", "exec", "auto", ""),
        InvalidRequest.class,
        "is not empty and not Fairlead's");
    assertThat(folder.resolve("data/letter")).hasContent("dear");
  }

  @Test
  void onRootsInsideEachOther() {
    refused(config("data", "data/exec", "auto", ""), InvalidRequest.class, "may not be in");
  }

  private static void refused(EngineConfig config, Class<? extends Failure> kind, String words) {
    assertThatThrownBy(() -> Engine.open(config)).isInstanceOf(kind).hasMessageContaining(words);
  }

  private EngineConfig config(String data, String exec, String runtime, String bip) {
    return new EngineConfig(
        folder.resolve(data),
        folder.resolve(exec),
        host.namespace(),
        Optional.empty(),
        bip.isEmpty() ? Optional.empty() : Optional.of(bip),
        false,
        Optional.empty(),
        Optional.empty(),
        runtime,
        false);
  }
}
