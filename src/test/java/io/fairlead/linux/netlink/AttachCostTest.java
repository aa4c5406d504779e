package io.fairlead.linux.netlink;

import io.fairlead.linux.Fd;
import io.fairlead.linux.PrivateNamespace;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prints what attaching a sandbox costs, step by step; claims nothing. */
@Tag("kernel")
class AttachCostTest {
  private static final int WARM_UP = 60;
  private static final int ROUNDS = 200;
  private static final int GROUP = 4711;
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

  private final Map<String, long[]> nanos = new LinkedHashMap<>();
  private int round;

  @Test
  void costOfAnAttach() throws Exception {
    var v4 = InetAddress.getByName("10.9.0.2");
    var gateway = InetAddress.getByName("10.9.0.1");
    try (var hostNamespace = PrivateNamespace.make();
        var host = hostNamespace.call(() -> NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE))) {
      int bridge =
          Links.born(host.request(Links.addBridge(new Bridge("br0", MAC, 1500, 0))))
              .orElseThrow()
              .index();
      for (round = -WARM_UP; round < ROUNDS; round++) {
        attach(host, bridge, v4, gateway);
        if (Math.floorMod(round, 50) == 49) {
          host.request(Links.deleteGroup(GROUP));
        }
      }
    }
    nanos.forEach(
        (step, all) -> {
          Arrays.sort(all);
          System.out.printf(
              "attach: %-34s median %.3f p99 %.3f ms%n",
              step, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
        });
  }

  private void attach(NetlinkSocket host, int bridge, InetAddress v4, InetAddress gateway) {
    long start = System.nanoTime();
    try (var sandbox = timed("namespace: unshare, pin, thread", PrivateNamespace::make);
        var socket = timed("netlink socket inside, thread", () -> open(sandbox));
        Fd fd = sandbox.namespace().open()) {
      String name = "v" + Math.floorMod(round, 1_000);
      var veth = new Veth(name, MAC, "eth0", MAC, fd.number(), 1500, bridge, GROUP);
      var answer = timed("veth, peer inside, master, up", () -> host.request(Links.addVeth(veth)));
      int eth0 = Links.born(answer).orElseThrow().peerIndex();
      var change = LinkChange.of(name).hairpin(true).alias("engine/endpoint").request();
      timed("hairpin and alias", () -> host.request(change));
      timed("lo up", () -> socket.request(LinkChange.of(1).up().request()));
      timed("eth0 up", () -> socket.request(LinkChange.of(eth0).up().request()));
      var address = new Address(eth0, v4, 16, false);
      timed("address", () -> socket.request(Addresses.add(address)));
      timed("route", () -> socket.request(Routes.add(Route.byDefault(gateway, eth0))));
      record("all, each alone", System.nanoTime() - start);
    }
    attachInBatches(host, bridge, v4, gateway);
  }

  private void attachInBatches(
      NetlinkSocket host, int bridge, InetAddress v4, InetAddress gateway) {
    long start = System.nanoTime();
    try (var sandbox = PrivateNamespace.make();
        var socket = open(sandbox);
        Fd fd = sandbox.namespace().open()) {
      String name = "w" + Math.floorMod(round, 1_000);
      var veth = new Veth(name, MAC, "eth0", MAC, fd.number(), 1500, bridge, GROUP);
      long made = System.nanoTime();
      var answers =
          host.batch(
              List.of(
                  Links.addVeth(veth),
                  LinkChange.of(name).hairpin(true).alias("engine/endpoint").request()));
      int eth0 = Links.born(answers.getFirst()).orElseThrow().peerIndex();
      socket.batch(
          List.of(
              LinkChange.of(1).up().request(),
              LinkChange.of(eth0).up().request(),
              Addresses.add(new Address(eth0, v4, 16, false)),
              Routes.add(Route.byDefault(gateway, eth0))));
      long end = System.nanoTime();
      record("two batches, namespace there", end - made);
      record("two batches, all", end - start);
    }
  }

  private static NetlinkSocket open(PrivateNamespace sandbox) {
    return sandbox.call(() -> NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
  }

  private <T> T timed(String step, Supplier<T> action) {
    long start = System.nanoTime();
    T result = action.get();
    record(step, System.nanoTime() - start);
    return result;
  }

  private void record(String step, long duration) {
    if (round >= 0) {
      nanos.computeIfAbsent(step, _ -> new long[ROUNDS])[round] = duration;
    }
  }
}
