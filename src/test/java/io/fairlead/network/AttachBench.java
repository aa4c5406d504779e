package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;

import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Prints what attaching a sandbox with one published port costs the network room, from a parsed
 * request to the kernel's last answer, the records' commit included; and what letting it go costs.
 */
@Tag("bench")
class AttachBench {
  private static final int CHURNED = 200;
  private static final int MEASURED = 200;

  private final Map<String, long[]> nanos = new LinkedHashMap<>();
  private final NetworkRequest request = publishing("80/tcp", "", "8080");

  @Test
  void attachAndDetach() throws Exception {
    System.out.printf("load %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
    try (var fixture = new NetworkFixture()) {
      for (int round = -CHURNED; round < MEASURED; round++) {
        String id = fixture.create("bench");
        attach(fixture, id, round);
        detach(fixture, id, round);
      }
    }
    System.out.printf(
        "One published port, no pool, %d sandboxes churned before, then %d measured:%n",
        CHURNED, MEASURED);
    System.out.printf("%-34s %9s %9s %9s%n", "ms", "min", "median", "p99");
    nanos.forEach(AttachBench::print);
  }

  private void attach(NetworkFixture fixture, String id, int round) {
    long began = System.nanoTime();
    String sandbox;
    try (var allocation = fixture.networks.allocate(id, request)) {
      long allocated = note("  allocate", round, began);
      ContainerRow row = fixture.row(id);
      sandbox = String.valueOf(allocation.sandboxId());
      fixture.store.update(
          records -> {
            allocation.record(records);
            records.put(NetworkFixture.row(id, row.name(), sandbox, ContainerState.STARTING));
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
    long committed = note("  commit of the removal", round, began);
    fixture.networks.apply(sandbox);
    note("  apply of the removal", round, committed);
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

  private static void print(String step, long[] all) {
    Arrays.sort(all);
    System.out.printf(
        "%-34s %9.3f %9.3f %9.3f%n",
        step, all[0] / 1e6, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
  }
}
