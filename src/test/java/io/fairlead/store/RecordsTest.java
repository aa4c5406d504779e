package io.fairlead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsTest {
  private static final ContainerRow WEB = Rows.container("aaaa", "web");
  private static final NetworkRow NET = Rows.network("net", "10.0.0.0/24", "10.0.0.1");

  @TempDir Path directory;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(directory.resolve("records.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void settingsAreKeptAndReplaced() {
    store.update(r -> r.setSetting("id", "a"));
    store.update(r -> r.setSetting("id", "b"));
    assertThat(one(r -> r.setting("id"))).contains("b");
    assertThat(one(r -> r.setting("other"))).isEmpty();
  }

  @Test
  void aContainerComesBackAsItWasPut() {
    ContainerRow running = Rows.running(WEB, "sandbox");
    store.update(
        r -> {
          r.put(WEB);
          r.put(new SandboxRow("sandbox", WEB.id()));
          r.put(running);
        });
    assertThat(one(r -> r.container("aaaa"))).contains(running);
    assertThat(one(r -> r.containerByName("web"))).contains(running);
    assertThat(all(r -> r.membersOf("sandbox")))
        .containsExactly(new SandboxMember("aaaa", ContainerState.RUNNING, true));
    assertThat(one(r -> r.sandboxOwnedBy("aaaa"))).contains(new SandboxRow("sandbox", "aaaa"));
    assertThat(one(r -> r.container("aaa"))).isEmpty();
    assertThat(all(Records::containers)).containsExactly(running);
  }

  @Test
  void aPrefixFindsAtMostTwo() {
    store.update(
        r -> {
          r.put(WEB);
          r.put(Rows.container("aaab", "b"));
          r.put(Rows.container("aaff", "c"));
          r.put(Rows.container("ffff", "d"));
        });
    assertThat(all(r -> r.containersByIdPrefix("aaaa"))).containsExactly(WEB);
    assertThat(all(r -> r.containersByIdPrefix("aa"))).hasSize(2);
    assertThat(all(r -> r.containersByIdPrefix("f"))).hasSize(1);
    assertThat(all(r -> r.containersByIdPrefix("b"))).isEmpty();
  }

  @Test
  void aNameInUseIsRefusedInDockersWords() {
    store.update(r -> r.put(WEB));
    assertThatThrownBy(() -> store.update(r -> r.put(Rows.container("bbbb", "web"))))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "Conflict. The container name \"/web\" is already in use by container \"aaaa\". You have to remove (or rename) that container to be able to reuse that name.");
  }

  @Test
  void aStatementServesAgainAfterItWasRefusedAndForgetsItsLastValues() {
    store.update(
        r -> {
          r.put(WEB);
          r.put(new SandboxRow("sandbox", WEB.id()));
          r.put(Rows.running(WEB, "sandbox"));
          assertThatThrownBy(() -> r.put(Rows.running(Rows.container("bbbb", "web"), "sandbox")))
              .isInstanceOf(Conflict.class);
          r.put(Rows.container("bbbb", "other"));
        });
    assertThat(one(r -> r.container("bbbb"))).contains(Rows.container("bbbb", "other"));
  }

  @Test
  void aRemovedContainerLosesItsPortsAndLeavesItsSandboxOwnerless() {
    var port = new PublishedPortRow("aaaa", "tcp", "0.0.0.0", 8080, 80, 1);
    store.update(
        r -> {
          r.put(WEB);
          r.put(new SandboxRow("sandbox", "aaaa"));
          r.setPorts("aaaa", List.of(port));
        });
    assertThat(all(r -> r.portsOf("aaaa"))).containsExactly(port);

    store.update(r -> r.removeContainer("aaaa"));
    assertThat(all(Records::ports)).isEmpty();
    assertThat(all(Records::sandboxes)).containsExactly(new SandboxRow("sandbox", null));
  }

  @Test
  void portsAreReplacedAsAWhole() {
    var tcp = new PublishedPortRow("aaaa", "tcp", "0.0.0.0", 8080, 80, 1);
    var udp = new PublishedPortRow("aaaa", "udp", "::", 9000, 90, 10);
    store.update(r -> r.put(WEB));
    store.update(r -> r.setPorts("aaaa", List.of(tcp)));
    store.update(r -> r.setPorts("aaaa", List.of(udp)));
    assertThat(all(Records::ports)).containsExactly(udp);
    assertThatThrownBy(() -> store.update(r -> r.setPorts("aaaa", List.of(tcp, tcp))))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("port 8080/tcp on 0.0.0.0");
  }

  @Test
  void aRemovedSandboxTakesEndpointsAndLeasesWithIt() {
    withEndpoint("sandbox", "10.0.0.2", "fd00::2");
    assertThat(all(r -> r.endpointsOfSandbox("sandbox")))
        .containsExactly(Rows.endpoint("sandbox", "net", "10.0.0.2", "fd00::2"));
    assertThat(is(r -> r.isLeased("net", "10.0.0.2"))).isTrue();

    store.update(r -> r.put(Rows.running(WEB, "sandbox")));
    store.update(r -> r.removeSandbox("sandbox"));
    assertThat(all(r -> r.endpointsOfNetwork("net"))).isEmpty();
    assertThat(is(r -> r.isLeased("net", "10.0.0.2"))).isFalse();
    assertThat(one(r -> r.container("aaaa")).orElseThrow().sandboxId()).isNull();
  }

  @Test
  void anAddressHasOneHolderOnANetworkInWhateverSpelling() {
    withEndpoint("one", "10.0.0.2", "fd00::2");
    assertThat(is(r -> r.isLeased("net", "fd00:0::2"))).isTrue();
    assertThat(one(r -> r.leaseHolder("net", "fd00:0:0::2")).orElseThrow().sandboxId())
        .isEqualTo("one");
    assertThatThrownBy(() -> withEndpoint("two", "10.0.0.3", "fd00:0:0:0::2"))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "Address already in use: fd00:0:0:0::2 on network net is held by endpoint endpoint-one");
    assertThat(all(r -> r.endpointsOfSandbox("two"))).isEmpty();
    assertThat(is(r -> r.isLeased("net", "10.0.0.3"))).isFalse();
  }

  @Test
  void leasesAreCountedByRangeAndFamily() {
    withEndpoint("one", "10.0.0.2", "a00::2");
    withEndpoint("two", "10.0.0.200");
    assertThat(count(r -> r.countLeases("net", "10.0.0.0", "10.0.0.255"))).isEqualTo(2);
    assertThat(count(r -> r.countLeases("net", "10.0.0.3", "10.0.0.200"))).isEqualTo(1);
    assertThat(count(r -> r.countLeases("net", "10.0.0.3", "10.0.0.199"))).isZero();
    assertThat(count(r -> r.countLeases("net", "::", "ffff::"))).isEqualTo(1);
    assertThat(count(r -> r.countLeases("other", "10.0.0.0", "10.0.0.255"))).isZero();
  }

  /** Against plain counting, over lives of leases in several blocks, v4 and v6. */
  @Test
  void leasesOfLongRangesAreCountedRight() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    store.update(r -> r.put(NET));
    var live = new TreeSet<Integer>();
    for (int step = 0; step < 400; step++) {
      int number = random.nextInt(1500);
      String sandbox = "s" + number;
      if (live.remove(number)) {
        store.update(r -> r.removeSandbox(sandbox));
      } else {
        live.add(number);
        store.update(
            r -> {
              r.put(new SandboxRow(sandbox, null));
              r.put(Rows.endpoint(sandbox, "net", v4(number), v6(number)));
            });
      }
      int low = random.nextInt(1500);
      int high = low + random.nextInt(1500 - low);
      long expected = live.subSet(low, high + 1).size();
      assertThat(count(r -> r.countLeases("net", v4(low), v4(high))))
          .as("seed %d step %d", seed, step)
          .isEqualTo(expected);
      assertThat(count(r -> r.countLeases("net", v6(low), v6(high))))
          .as("seed %d step %d", seed, step)
          .isEqualTo(expected);
    }
  }

  private static String v4(int number) {
    return "10.0.%d.%d".formatted(number >> 8, number & 0xff);
  }

  private static String v6(int number) {
    return "fd00::%x".formatted(number);
  }

  @Test
  void theLastLeaseIsKeptForEachFamily() {
    store.update(r -> r.put(NET));
    store.update(r -> r.setLastLease("net", false, "10.0.0.9"));
    store.update(r -> r.setLastLease("net", false, "10.0.0.10"));
    assertThat(one(r -> r.lastLease("net", false))).contains("10.0.0.10");
    assertThat(one(r -> r.lastLease("net", true))).isEmpty();
  }

  @Test
  void aNetworkStaysWhileEndpointsAreOnIt() {
    withEndpoint("sandbox", "10.0.0.2");
    store.update(r -> r.setLastLease("net", false, "10.0.0.2"));
    assertThatThrownBy(() -> store.update(r -> r.removeNetwork("net")))
        .isInstanceOf(Conflict.class)
        .hasMessage("error while removing network: network name-net has active endpoints");
    store.update(r -> r.removeSandbox("sandbox"));
    store.update(r -> r.removeNetwork("net"));
    assertThat(all(Records::networks)).isEmpty();
  }

  @Test
  void aNetworkComesBackAsItWasPut() {
    var dual =
        new NetworkRow(
            "id",
            "n",
            "bridge",
            "br0",
            1400,
            List.of(
                new NetworkRow.SubnetRow("10.0.0.0/24", "10.0.0.1"),
                new NetworkRow.SubnetRow("fd00::/64", "fd00::1")),
            "{\"a\":\"b\"}",
            Rows.TIME);
    store.update(r -> r.put(NET));
    store.update(r -> r.put(dual));
    store.update(r -> r.put(dual));
    assertThat(one(r -> r.network("id"))).contains(dual);
    assertThat(one(r -> r.networkByName("n"))).contains(dual);
    assertThat(all(Records::networks)).containsExactly(dual, NET);
    assertThatThrownBy(
            () ->
                store.update(
                    r ->
                        r.put(new NetworkRow("x", "n", "null", "", 0, List.of(), "{}", Rows.TIME))))
        .isInstanceOf(Conflict.class)
        .hasMessage("network with name n already exists");
  }

  @Test
  void aTagMovesToTheImageThatWasPutLast() {
    var old = image("sha256:aa01", List.of("l1"), List.of("x:1", "x:2"));
    var young = image("sha256:aa02", List.of("l1", "l2", "l1"), List.of("x:2"));
    store.update(
        r -> {
          r.put(old);
          r.put(new LayerRow("l1", "d1", 1, 1024));
          r.put(new LayerRow("l2", "d2", 2, 2048));
          r.put(young);
        });
    assertThat(one(r -> r.imageByTag("x:2"))).contains(young);
    assertThat(one(r -> r.image("sha256:aa01")))
        .contains(image("sha256:aa01", List.of("l1"), List.of("x:1")));
    assertThat(all(r -> r.imagesByIdPrefix("aa"))).hasSize(2);
    assertThat(all(r -> r.imagesByIdPrefix("aa02"))).containsExactly(young);
    assertThat(all(Records::images)).hasSize(2);
  }

  @Test
  void aLayerIsUnusedWhenTheLastImageThatNamesItIsGone() {
    var l1 = new LayerRow("l1", "d1", 1, 1024);
    store.update(
        r -> {
          r.put(l1);
          r.put(image("sha256:1", List.of("l1"), List.of("x")));
        });
    assertThat(all(Records::unusedLayers)).isEmpty();
    assertThatThrownBy(() -> store.update(r -> r.removeLayer("l1")))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("a row of image_layers names a missing row of layers");
    store.update(r -> r.removeImage("sha256:1"));
    assertThat(all(Records::unusedLayers)).containsExactly(l1);
    assertThat(one(r -> r.imageByTag("x"))).isEmpty();
    store.update(r -> r.removeLayer("l1"));
    assertThat(all(Records::layers)).isEmpty();
    assertThat(one(r -> r.layer("l1"))).isEmpty();
  }

  private <T> Optional<T> one(Function<Records, Optional<T>> query) {
    return store.read(query);
  }

  private <T> List<T> all(Function<Records, List<T>> query) {
    return store.read(query);
  }

  private boolean is(Function<Records, Boolean> query) {
    return store.read(query);
  }

  private long count(Function<Records, Long> query) {
    return store.read(query);
  }

  private void withEndpoint(String sandbox, String... leases) {
    store.update(
        r -> {
          r.put(NET);
          r.put(WEB);
          r.put(new SandboxRow(sandbox, null));
          r.put(Rows.endpoint(sandbox, "net", leases));
        });
  }

  private static ImageRow image(String id, List<String> layers, List<String> tags) {
    return new ImageRow(id, "{}", layers, tags, 5, Rows.TIME, Rows.TIME, false);
  }
}
