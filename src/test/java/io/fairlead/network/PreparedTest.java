package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.EngineFault;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Links;
import io.fairlead.linux.netlink.NetlinkSocket;
import io.fairlead.store.ContainerState;
import io.fairlead.store.NetworkRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is made while a start is still being recorded, and what becomes of it. */
@Tag("kernel")
class PreparedTest {
  private final NetworkFixture fixture = new NetworkFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aPairIsThereBeforeTheRecordsAreAndGoesIfTheyNeverCome() {
    String id = fixture.create("web");
    try (var _ = fixture.networks.allocate(id, publishing("80/tcp", "", "8080"))) {
      await().until(() -> veths().size() == 1);
      assertThat(veths().getFirst().alias()).isEmpty();
    }
    await().until(() -> veths().isEmpty());
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void aTakenPortTakesThePairAwayAgain() {
    fixture.start("web", publishing("80/tcp", "", "8080"));
    assertThatThrownBy(() -> fixture.start("other", publishing("80/tcp", "", "8080")))
        .isInstanceOf(EngineFault.class);
    await().until(() -> veths().size() == 1);
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void aRepairInBetweenLeavesThePairAlone() {
    String id = fixture.create("web");
    try (var allocation = fixture.networks.allocate(id, publishing("80/tcp", "", "8080"))) {
      await().until(() -> veths().size() == 1);
      int index = veths().getFirst().index();
      fixture.networks.repair();
      record(id, allocation);
      fixture.networks.apply(String.valueOf(allocation.sandboxId()));
      assertThat(veths()).extracting(Link::index).containsExactly(index);
    }
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void whereTheRecordsSayOtherwiseThePairIsMadeAnew() {
    String id = fixture.create("web");
    try (var allocation = fixture.networks.allocate(id, publishing("80/tcp", "", "8080"))) {
      await().until(() -> veths().size() == 1);
      fixture.store.update(
          records -> {
            var bridge = records.networkByName("bridge").orElseThrow();
            records.put(
                new NetworkRow(
                    bridge.id(),
                    bridge.name(),
                    bridge.driver(),
                    bridge.link(),
                    1400,
                    bridge.subnets(),
                    bridge.options(),
                    bridge.createdAt()));
          });
      fixture.networks.repair();
      record(id, allocation);
      fixture.networks.apply(String.valueOf(allocation.sandboxId()));
    }
    await().until(() -> veths().size() == 1);
    assertThat(veths().getFirst().mtuBytes()).isEqualTo(1400);
    assertThat(fixture.networks.drift()).isEmpty();
  }

  /** Killed between the name's file and its mount: seen once in 170 kills. */
  @Test
  void aNameThatACrashLeftWithoutANamespaceGoesAtTheNextStart() throws IOException {
    Path running = fixture.pin(fixture.start("web", publishing("80/tcp", "", "8080")));
    Path debris = running.resolveSibling("0".repeat(32));
    Files.createFile(debris);
    fixture.networks.close();
    fixture.networks = fixture.open();
    assertThat(debris).doesNotExist();
    assertThat(running).exists();
    assertThat(fixture.networks.drift()).isEmpty();
  }

  private void record(String id, Networks.Allocation allocation) {
    fixture.store.update(
        records -> {
          allocation.record(records);
          records.put(
              NetworkFixture.row(id, "web", allocation.sandboxId(), ContainerState.STARTING));
        });
    allocation.committed();
  }

  private List<Link> veths() {
    return fixture.host.call(
        () -> {
          try (var socket = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE)) {
            return Links.all(socket).stream().filter(link -> link.kind().equals("veth")).toList();
          }
        });
  }
}
