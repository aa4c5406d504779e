package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;

import io.fairlead.linux.Trees;
import io.fairlead.store.ContainerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Prints what attaching a sandbox with one published port costs the network room, from a parsed
 * request to the kernel's last answer, the records' commit included; and what letting it go costs.
 * There is no pool: every namespace and veth is made within the time that is measured.
 */
@Tag("bench")
class AttachBench {
  /** Until the code is compiled, as it is in a daemon that has run for a while. */
  private static final int WARM_UP = 3000;

  private static final int CHURNED = 200;
  private static final int MEASURED = 100;
  private static final int FIRST_PORT = 20_000;

  private final Map<String, long[]> nanos = new LinkedHashMap<>();

  @Test
  void attachAndDetach() throws Exception {
    System.out.printf("load %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
    // Where pins are in a daemon: /run is a tmpfs.
    Path execRoot = Files.createTempDirectory(Path.of("/dev/shm"), "fairlead-");
    try (var fixture = new NetworkFixture(config -> at(execRoot, config))) {
      // A daemon's requests come on threads of the host's namespace.
      var _ = fixture.host.namespace().call("bench", () -> measure(fixture));
    } finally {
      Trees.delete(execRoot);
    }
  }

  private static NetworkConfig at(Path execRoot, NetworkConfig config) {
    return new NetworkConfig(
        config.engineId(),
        execRoot,
        config.host(),
        config.bridge(),
        config.bip(),
        config.ipv6(),
        config.fixedCidrV6(),
        config.mtuBytes(),
        config.leavesForeignFirewalls());
  }

  private boolean measure(NetworkFixture fixture) {
    for (int round = -WARM_UP; round < 0; round++) {
      churn(fixture, round);
      if (round == -WARM_UP + CHURNED) {
        System.out.printf("cold, after the first %d:%n", CHURNED);
        inARow(fixture);
        print();
      }
    }
    System.out.printf("warm, attached one after the other, %d churned just before:%n", CHURNED);
    inARow(fixture);
    print();
    System.out.println("warm, each right after another was let go:");
    for (int round = 0; round < MEASURED; round++) {
      churn(fixture, round);
    }
    print();
    return true;
  }

  private void inARow(NetworkFixture fixture) {
    var ids = new ArrayList<String>();
    for (int round = 0; round < MEASURED; round++) {
      ids.add(fixture.create("bench" + round));
      attach(fixture, ids.getLast(), FIRST_PORT + round, round);
    }
    for (int round = 0; round < MEASURED; round++) {
      detach(fixture, ids.get(round), round);
    }
  }

  private void churn(NetworkFixture fixture, int round) {
    String id = fixture.create("bench");
    attach(fixture, id, FIRST_PORT, round);
    detach(fixture, id, round);
  }

  private void attach(NetworkFixture fixture, String id, int port, int round) {
    NetworkRequest request = publishing("80/tcp", "", Integer.toString(port));
    String name = fixture.row(id).name();
    long began = System.nanoTime();
    String sandbox;
    try (var allocation = fixture.networks.allocate(id, request)) {
      long allocated = note("  allocate", round, began);
      sandbox = String.valueOf(allocation.sandboxId());
      fixture.store.update(
          records -> {
            allocation.record(records);
            records.put(NetworkFixture.row(id, name, sandbox, ContainerState.STARTING));
          });
      allocation.committed();
      long committed = note("  commit", round, allocated);
      fixture.networks.apply(sandbox);
      note("  apply", round, committed);
    }
    note("attach", round, began);
  }

  private void detach(NetworkFixture fixture, String id, int round) {
    String sandbox = NetworkFixture.sandbox(fixture.row(id));
    long began = System.nanoTime();
    fixture.store.update(records -> records.removeContainer(id));
    fixture.networks.apply(sandbox);
    note("detach", round, began);
  }

  /** The time since a moment is this step's; answers the moment after it. */
  private long note(String step, int round, long since) {
    long now = System.nanoTime();
    if (round >= 0) {
      nanos.computeIfAbsent(step, _ -> new long[MEASURED])[round] = now - since;
    }
    return now;
  }

  private void print() {
    System.out.printf("%-20s %9s %9s %9s   n = %d%n", "ms", "min", "median", "p99", MEASURED);
    nanos.forEach(
        (step, all) -> {
          Arrays.sort(all);
          System.out.printf(
              "%-20s %9.3f %9.3f %9.3f%n",
              step, all[0] / 1e6, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
        });
    nanos.clear();
  }
}
