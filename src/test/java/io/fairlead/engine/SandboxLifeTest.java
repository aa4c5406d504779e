package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A sandbox is the engine's: it outlives the container that asked for it as long as somebody is in
 * it, and that one's ports come and go with it alone.
 */
@Tag("kernel")
class SandboxLifeTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  private TestHost host;
  private TestHost far;
  private TestEngine engine;

  @BeforeEach
  void open() {
    host = TestHost.create("host");
    far = TestHost.create("far");
    far.link(host, "10.9.0.2/24", "10.9.0.1/24");
    engine = TestEngine.open(host);
    engine.wanted("true").autoRemove().run();
    engine.markBaseline();
  }

  @AfterEach
  void close() {
    engine.close();
    far.close();
    host.close();
  }

  @Test
  void aMemberKeepsItsNetworkWhileTheOwnerRests() {
    var owner = owner();
    var member = member();
    assertThat(far.httpGet("http://10.9.0.1:8080/")).isEqualTo("member\n");

    stop("owner");
    assertThat(far.tryHttpGet("http://10.9.0.1:8080/", SHORT)).isEmpty();
    assertThat(host.httpGet("http://" + address(owner) + "/")).isEqualTo("member\n");
    assertThat(networkOf(engine.containers().find("member"))).isEqualTo(networkOf(member));

    engine.containers().start("owner");
    assertThat(address(engine.containers().find("owner"))).isEqualTo(address(owner));
    assertThat(far.httpGet("http://10.9.0.1:8080/")).isEqualTo("member\n");
  }

  @Test
  void theSandboxGoesWithItsLastMemberAndTheAddressIsKept() {
    var owner = owner();
    stop("owner");

    assertThat(Path.of(owner.network().sandboxKey())).doesNotExist();
    assertThat(far.tryHttpGet("http://10.9.0.1:8080/", SHORT)).isEmpty();
    engine.wanted("sleep", "1000").name("other").start();
    engine.containers().start("owner");
    assertThat(address(engine.containers().find("owner"))).isEqualTo(address(owner));
  }

  @Test
  void aRemovedOwnerLeavesTheSandboxToItsMembers() {
    var owner = owner();
    member();
    engine.containers().remove("owner", true);

    assertThat(far.tryHttpGet("http://10.9.0.1:8080/", SHORT)).isEmpty();
    assertThat(host.httpGet("http://" + address(owner) + "/")).isEqualTo("member\n");

    // As Compose does it: the new owner has the old one's name and port at once.
    var next = owner();
    assertThat(address(next)).isNotEqualTo(address(owner));

    engine.containers().remove("member", true);
    assertThat(Path.of(owner.network().sandboxKey())).doesNotExist();
    engine.containers().remove("owner", true);
    engine.assertNothingLeft();
  }

  @Test
  void oneJoinsThroughARestingOwnerAsLongAsTheSandboxLives() {
    owner();
    var member = member();
    stop("owner");

    var late = engine.wanted("sleep", "1000").network("container:owner").start();
    assertThat(networkOf(late)).isEqualTo(networkOf(member));

    stop("member");
    engine.containers().remove(late.id(), true);
    String id = engine.wanted("true").network("container:owner").create();
    assertThatThrownBy(() -> engine.containers().start(id)).isInstanceOf(Conflict.class);
  }

  @Test
  void whoJoinsOneInHostModeIsOnTheHost() {
    engine.wanted("sleep", "1000").name("onhost").network("host").start();
    var ran =
        engine
            .wanted("readlink", "/proc/self/ns/net")
            .network("container:onhost")
            .autoRemove()
            .run();

    assertThat(ran.stdout()).isEqualTo(host.exec("readlink", "/proc/self/ns/net").stdout());
  }

  private Container owner() {
    return engine.wanted("sleep", "1000").name("owner").publish("", "8080", "80/tcp").start();
  }

  private Container member() {
    var member =
        engine
            .wanted("sh", "-c", "echo member > /www/index.html; exec httpd -f -p 80 -h /www")
            .name("member")
            .network("container:owner")
            .start();
    Awaitility.await()
        .until(() -> far.tryHttpGet("http://10.9.0.1:8080/", SHORT), Optional::isPresent);
    return member;
  }

  private void stop(String name) {
    engine.containers().stop(name, Optional.of("KILL"), Optional.empty());
  }

  private static String address(Container container) {
    return Objects.requireNonNull(container.network().endpoints().get("bridge"))
        .address()
        .orElseThrow();
  }

  /** The namespace that its process is in. */
  private static String networkOf(Container container) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + container.pid() + "/ns/net")).toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
