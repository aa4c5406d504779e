package io.fairlead.network.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Conflict;
import io.fairlead.EngineFault;
import io.fairlead.InvalidRequest;
import io.fairlead.store.Rows;
import io.fairlead.store.SandboxRow;
import io.fairlead.store.Store;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeasesTest {
  @TempDir Path directory;
  private Store store;
  private Leases leases;

  @BeforeEach
  void open() {
    store = Store.open(directory.resolve("records.db"));
    leases = new Leases(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void addressesGoRoundBehindTheGateway() {
    AddressPool pool = pool("10.0.0.0/29", "10.0.0.1");
    String first = lease(pool);
    assertThat(List.of(lease(pool), lease(pool))).containsExactly("10.0.0.3", "10.0.0.4");
    free(first);
    assertThat(List.of(lease(pool), lease(pool))).containsExactly("10.0.0.5", "10.0.0.6");
    assertThat(lease(pool)).as("only now the freed one is used again").isEqualTo("10.0.0.2");
  }

  @Test
  void theTurnIsKeptInTheRecords() {
    AddressPool pool = pool("10.0.0.0/24", "10.0.0.1");
    free(lease(pool));
    leases = new Leases(store);
    assertThat(lease(pool)).isEqualTo("10.0.0.3");
  }

  @Test
  void aHeldAddressIsNobodyElsesUntilItIsGivenBack() {
    AddressPool pool = pool("10.0.0.0/30", "10.0.0.1");
    try (HeldAddress held = leases.next(pool)) {
      assertThat(held.interfaceAddress()).hasToString("10.0.0.2/30");
      assertThatThrownBy(() -> leases.next(pool)).isInstanceOf(EngineFault.class);
      assertThatThrownBy(() -> leases.fixed(pool, held.address())).isInstanceOf(Conflict.class);
    }
    assertThat(lease(pool)).isEqualTo("10.0.0.2");
  }

  @Test
  void aStaticAddressIsNeverStolen() {
    AddressPool pool = pool("10.0.0.0/29", "10.0.0.1");
    HeldAddress fixed = leases.fixed(pool, Addresses.parse("10.0.0.3"));
    record(pool, fixed);
    assertThatThrownBy(() -> leases.fixed(pool, Addresses.parse("10.0.0.3")))
        .isInstanceOf(Conflict.class)
        .hasMessageStartingWith("Address already in use");
    assertThat(List.of(lease(pool), lease(pool), lease(pool), lease(pool)))
        .doesNotContain("10.0.0.3");
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1", "10.0.0.0", "10.0.0.255"})
  void aReservedAddressCannotBeAskedFor(String address) {
    assertThatThrownBy(
            () -> leases.fixed(pool("10.0.0.0/24", "10.0.0.1"), Addresses.parse(address)))
        .isInstanceOf(Conflict.class)
        .hasMessageStartingWith("Address already in use");
  }

  @Test
  void anAddressOfAnotherSubnetCannotBeAskedFor() {
    assertThatThrownBy(
            () -> leases.fixed(pool("10.0.0.0/24", "10.0.0.1"), Addresses.parse("10.0.1.2")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "Invalid address 10.0.1.2: It does not belong to any of this network's subnets");
  }

  /** Every address a host may have is handed out once, and then the subnet is exhausted. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/25, 10.0.0.1, 125",
    "10.0.0.0/25, 10.0.0.77, 125",
    "10.0.0.0/30, 10.0.0.1, 1",
    "10.0.0.0/31, 10.0.0.0, 1",
    "fd00::/121, fd00::1, 126",
    "fd00::/127, fd00::, 1",
    "fd00::ffff:ffff:ffff:ff80/121, fd00::ffff:ffff:ffff:ff81, 126",
  })
  void aSubnetIsExhaustedAtExactlyItsSize(String subnet, String gateway, int count) {
    AddressPool pool = pool(subnet, gateway);
    Set<String> all = new HashSet<>();
    for (int i = 0; i < count; i++) {
      assertThat(all.add(lease(pool))).isTrue();
    }
    assertThat(all).doesNotContain(gateway);
    assertThatThrownBy(() -> leases.next(pool))
        .isInstanceOf(EngineFault.class)
        .hasMessage(
            "no available IPv%d addresses on this network's address pools: name-net (net)"
                .formatted(pool.subnet().isV6() ? 6 : 4));
  }

  @Test
  void aLargeV6SubnetIsNotEnumerated() {
    AddressPool pool = pool("fd00::/64", "fd00::1");
    assertThat(lease(pool)).isEqualTo("fd00::2");
    record(pool, leases.fixed(pool, Addresses.parse("fd00::ffff:ffff:ffff:ffff")));
    assertThat(lease(pool)).as("round at the end").isEqualTo("fd00::3");
  }

  /** Against a model: a set of addresses, and the rule "the next free one behind the last". */
  @Test
  void randomLivesGiveEachAddressOneHolder() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    AddressPool pool = pool("10.0.0.0/26", "10.0.0.9");
    Map<String, Boolean> live = new HashMap<>();
    int last = 0;
    for (int step = 0; step < 600; step++) {
      if (random.nextInt(100) < 60 && live.size() < 61) {
        int expected = last;
        do {
          expected = expected % 62 + 1;
        } while (expected == 9 || live.containsKey("10.0.0." + expected));
        String got = lease(pool);
        assertThat(got).as("seed %d step %d", seed, step).isEqualTo("10.0.0." + expected);
        live.put(got, true);
        last = expected;
      } else if (!live.isEmpty()) {
        String gone = List.copyOf(live.keySet()).get(random.nextInt(live.size()));
        free(gone);
        live.remove(gone);
      }
    }
  }

  @Test
  void concurrentStartsNeverShareAnAddress() throws Exception {
    AddressPool pool = pool("10.0.0.0/24", "10.0.0.1");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> starts =
          IntStream.range(0, 253).<Callable<String>>mapToObj(i -> () -> lease(pool)).toList();
      List<String> all = new ArrayList<>();
      for (var start : threads.invokeAll(starts)) {
        all.add(start.get());
      }
      assertThat(all).doesNotHaveDuplicates().hasSize(253);
    }
    assertThatThrownBy(() -> leases.next(pool)).isInstanceOf(EngineFault.class);
  }

  private AddressPool pool(String subnet, String gateway) {
    store.update(r -> r.put(Rows.network("net", subnet, gateway)));
    return new AddressPool(
        "net", "name-net", Subnet.parse(subnet), Set.of(Addresses.parse(gateway)));
  }

  private String lease(AddressPool pool) {
    return record(pool, leases.next(pool));
  }

  private String record(AddressPool pool, HeldAddress held) {
    InetAddress address = held.address();
    String sandbox = Addresses.text(address);
    try (held) {
      store.update(
          r -> {
            r.put(new SandboxRow(sandbox, null));
            r.put(Rows.endpoint(sandbox, pool.networkId(), Addresses.text(address)));
            held.record(r);
          });
    }
    return sandbox;
  }

  private void free(String address) {
    store.update(r -> r.removeSandbox(address));
  }
}
