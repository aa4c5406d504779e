package io.fairlead.linux.netlink;

import static io.fairlead.linux.Errno.check;

import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.NetNamespace;
import io.fairlead.linux.PrivateNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Prints what attaching a sandbox costs, step by step, all on one thread that goes into the new
 * namespace and back; claims nothing.
 */
@Tag("kernel")
class AttachCostTest {
  private static final int WARM_UP = 100;
  private static final int ROUNDS = 200;
  private static final int GROUP = 4711;
  private static final int LO = 1;
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

  private final Map<String, long[]> nanos = new LinkedHashMap<>();
  private int round;

  @Test
  void costOfAnAttach() {
    try (var host = PrivateNamespace.make()) {
      host.call(this::attachAndDetach);
    }
    nanos.forEach(
        (step, all) -> {
          Arrays.sort(all);
          System.out.printf(
              "attach: %-34s min %.3f median %.3f p99 %.3f ms%n",
              step, all[0] / 1e6, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
        });
  }

  private Void attachAndDetach() throws Exception {
    var pin = Files.createTempFile("fairlead-test-netns-", "");
    try (var host = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE);
        Fd home = NetNamespace.ofThisThread().open()) {
      var bridge = new Bridge("br0", MAC, 1500, 0);
      int index = Links.born(host.request(Links.addBridge(bridge))).orElseThrow().index();
      for (round = -WARM_UP; round < ROUNDS; round++) {
        try (var sandbox = enter(pin, home)) {
          eachAlone(sandbox, host, index);
        }
        unpin(pin);
        try (var sandbox = timed("namespace and socket", () -> enter(pin, home))) {
          timed("two batches", () -> inBatches(sandbox, host, index));
        }
        unpin(pin);
        if (Math.floorMod(round, 50) == 49) {
          host.request(Links.deleteGroup(GROUP));
        }
      }
    } finally {
      Files.delete(pin);
    }
    return null;
  }

  /** A new namespace, pinned, with a socket in it; this thread is back at home afterwards. */
  private Sandbox enter(Path pin, Fd home) throws Exception {
    timed("  unshare", () -> check(Libc.unshare(Libc.CLONE_NEWNET), "unshare", ""));
    var here = NetNamespace.ofThisThread();
    timed(
        "  pin",
        () ->
            check(
                Libc.mount(here.path().toString(), pin.toString(), "", Libc.MS_BIND, ""),
                "mount",
                ""));
    var socket = timed("  socket", () -> NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
    var sandbox = new Sandbox(here.open(), socket);
    timed("  setns", () -> check(Libc.setns(home.number(), Libc.CLONE_NEWNET), "setns", ""));
    return sandbox;
  }

  private record Sandbox(Fd namespace, NetlinkSocket socket) implements AutoCloseable {
    @Override
    public void close() {
      socket.close();
      namespace.close();
    }
  }

  private void eachAlone(Sandbox sandbox, NetlinkSocket host, int bridge) throws Exception {
    var veth = veth("v", sandbox, bridge);
    var socket = sandbox.socket();
    var answer = timed("  veth, peer inside, master, up", () -> host.request(Links.addVeth(veth)));
    int eth0 = Links.born(answer).orElseThrow().peerIndex();
    timed("  hairpin and alias", () -> host.request(mark(veth.hostName())));
    timed("  lo up", () -> socket.request(LinkChange.of(LO).up().request()));
    timed("  eth0 up", () -> socket.request(LinkChange.of(eth0).up().request()));
    timed("  address", () -> socket.request(address(eth0)));
    timed("  route", () -> socket.request(route(eth0)));
  }

  private Void inBatches(Sandbox sandbox, NetlinkSocket host, int bridge) throws IOException {
    var veth = veth("w", sandbox, bridge);
    var answers = host.batch(List.of(Links.addVeth(veth), mark(veth.hostName())));
    int eth0 = Links.born(answers.getFirst()).orElseThrow().peerIndex();
    sandbox
        .socket()
        .batch(
            List.of(
                LinkChange.of(LO).up().request(),
                LinkChange.of(eth0).up().request(),
                address(eth0),
                route(eth0)));
    return null;
  }

  private Veth veth(String prefix, Sandbox sandbox, int bridge) {
    String name = prefix + Math.floorMod(round, 1_000);
    int fd = sandbox.namespace().number();
    return new Veth(name, MAC, "eth0", MAC, fd, 1500, bridge, GROUP);
  }

  private static Request mark(String name) {
    return LinkChange.of(name).hairpin(true).alias("engine/endpoint").request();
  }

  private static Request address(int link) throws IOException {
    return Addresses.add(new Address(link, InetAddress.getByName("10.9.0.2"), 16, false));
  }

  private static Request route(int link) throws IOException {
    return Routes.add(Route.byDefault(InetAddress.getByName("10.9.0.1"), link));
  }

  private static void unpin(Path pin) {
    check(Libc.umount2(pin.toString(), Libc.MNT_DETACH), "umount", pin.toString());
  }

  private <T> T timed(String step, Callable<T> action) throws Exception {
    long start = System.nanoTime();
    T result = action.call();
    if (round >= 0) {
      nanos.computeIfAbsent(step, _ -> new long[ROUNDS])[round] = System.nanoTime() - start;
    }
    return result;
  }
}
