package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.engine.Container;
import io.fairlead.linux.NetNamespace;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In every mode: the namespaces that a process is in, and what it sees there. */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModesTest {
  private TestHost host;
  private TestEngine engine;

  @BeforeAll
  void open() {
    host = TestHost.create("host");
    engine = TestEngine.open(host);
  }

  @AfterEach
  void removeAll() {
    engine
        .containers()
        .list()
        .forEach(container -> engine.containers().remove(container.id(), true));
  }

  @AfterAll
  void close() {
    engine.close();
    host.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "host", "none", "container:other"})
  void filesProcessesNameAndIpcAreTheContainersOwn(String mode) {
    Container other = sleeping("other", "bridge");
    Container container = sleeping("one", mode);

    for (String kind : List.of("mnt", "pid", "uts", "ipc")) {
      assertThat(namespace(container, kind))
          .as(kind)
          .isNotEqualTo(namespace(other, kind))
          .isNotEqualTo(ownNamespace(kind));
    }
    assertThat(inside(container, "ip", "link")).contains("lo");
  }

  @Test
  void bridgeHasAnAddressOfTheSubnetAndTheBridgeAsItsGateway() {
    Container container = sleeping("one", "bridge");

    assertThat(namespace(container, "net"))
        .isNotEqualTo(hostNamespace())
        .isNotEqualTo(ownNamespace("net"));
    assertThat(links(container)).containsExactlyInAnyOrder("lo", "eth0");
    assertThat(inside(container, "ip", "-4", "-o", "addr", "show", "eth0"))
        .contains(address(container) + "/16");
    assertThat(inside(container, "ip", "route"))
        .contains("default via 172.17.0.1 dev eth0", "172.17.0.0/16 dev eth0");
    assertThat(inside(container, "ip", "-6", "addr", "show", "eth0")).isBlank();
    assertThat(host.exec("bridge", "link").stdout()).contains("master docker0 state forwarding");
    assertThat(host.exec("ip", "-d", "link", "show", "master", "docker0").stdout())
        .contains("hairpin on");
    assertThat(host.exec("ip", "-4", "-o", "addr", "show", "docker0").stdout())
        .contains("172.17.0.1/16");
  }

  @Test
  void hostSeesTheHostsOwnNamespaceAndHasNoSandbox() {
    Container container = sleeping("one", "host");

    assertThat(namespace(container, "net")).isEqualTo(hostNamespace());
    assertThat(container.network().sandboxKey()).isEmpty();
    assertThat(engine.wanted("hostname").network("host").run().stdout())
        .isEqualTo(host.exec("hostname").stdout());
    assertThat(engine.wanted("ip", "link", "show", "docker0").network("host").run().stdout())
        .contains("docker0");
  }

  @Test
  void noneHasOnlyItsLoopback() {
    Container container = sleeping("one", "none");

    assertThat(namespace(container, "net")).isNotEqualTo(hostNamespace());
    assertThat(links(container)).containsExactly("lo");
    assertThat(inside(container, "ip", "-4", "-o", "addr")).contains("127.0.0.1/8");
    assertThat(inside(container, "ip", "route")).isEmpty();
  }

  @Test
  void whatItsOwnerPutsIntoANoneSandboxWorksAndOutlivesTheEngine() {
    Container container = sleeping("one", "none");
    String pin = container.network().sandboxKey();
    host.exec("ip", "link", "add", "mine", "type", "veth", "peer", "name", "eth7", "netns", pin);
    host.exec("ip", "addr", "add", "10.77.0.1/24", "dev", "mine");
    host.exec("ip", "link", "set", "mine", "up");
    inside(container, "ip", "addr", "add", "10.77.0.2/24", "dev", "eth7");
    inside(container, "ip", "link", "set", "eth7", "up");

    engine.restart();

    assertThat(host.exec("busybox", "ping", "-c", "1", "-W", "1", "10.77.0.2").stdout())
        .contains("1 packets received");
    assertThat(host.exec("ip", "link", "show", "mine").stdout()).contains("UP");
  }

  @Test
  void aJoinedContainerHasTheOthersNetworkAndTalksOverLoopback() {
    Container web =
        engine
            .wanted("sh", "-c", "echo hi > /page; exec httpd -f -p 127.0.0.1:80 -h /")
            .name("web")
            .start();
    Container member = sleeping("member", "container:web");

    assertThat(namespace(member, "net")).isEqualTo(namespace(web, "net"));
    assertThat(member.network().sandboxKey()).isEqualTo(web.network().sandboxKey());
    assertThat(
            engine
                .wanted("wget", "-q", "-O", "-", "http://127.0.0.1/page")
                .network("container:web")
                .run()
                .stdout())
        .isEqualTo("hi\n");
  }

  @Test
  void aContainerThatJoinsOneInHostModeIsOnTheHost() {
    sleeping("web", "host");
    assertThat(namespace(sleeping("member", "container:web"), "net")).isEqualTo(hostNamespace());
  }

  @Test
  void nobodyJoinsAContainerThatDoesNotRun() {
    engine.wanted("true").name("web").create();
    assertThatThrownBy(() -> sleeping("member", "container:web"))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("cannot join network namespace of a non running container");
  }

  private Container sleeping(String name, String mode) {
    return engine.wanted("sleep", "600").name(name).network(mode).start();
  }

  private String namespace(Container container, String kind) {
    return link(Path.of("/proc/" + container.pid() + "/ns/" + kind));
  }

  private static String ownNamespace(String kind) {
    return link(Path.of("/proc/self/ns/" + kind));
  }

  private String hostNamespace() {
    return host.call(() -> link(NetNamespace.ofThisThread().path()));
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      throw new AssertionError(path.toString(), e);
    }
  }

  /** By the process's own namespace, not by what the engine says of it. */
  private static String inside(Container container, String... command) {
    var line =
        new ArrayList<>(List.of("nsenter", "--net=/proc/" + container.pid() + "/ns/net", "--"));
    line.addAll(List.of(command));
    return Command.run(line).stdout();
  }

  private static List<String> links(Container container) {
    return inside(container, "ip", "-o", "link")
        .lines()
        .map(line -> line.replaceAll("^\\d+: ([^:@]+)[:@].*", "$1"))
        .toList();
  }

  private static String address(Container container) {
    return container.network().endpoints().values().iterator().next().address().orElseThrow();
  }
}
