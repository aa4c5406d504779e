package io.fairlead.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.linux.Libc;
import io.fairlead.linux.PrivateNamespace;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries are put into the kernel's table by hand; no packet is sent. */
@Tag("kernel")
class ConntrackKernelTest {
  private static final int CT_NEW = 1 << 8;
  private static final int CTA_TIMEOUT = 7;

  private PrivateNamespace namespace;
  private NetlinkSocket netfilter;

  @BeforeEach
  void anEmptyTable() {
    namespace = PrivateNamespace.make();
    netfilter = namespace.call(() -> NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER));
  }

  @AfterEach
  void gone() {
    netfilter.close();
    namespace.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.", "fd00:9::"})
  void whatWentToAContainersPortIsForgottenAndNothingElse(String net) throws Exception {
    var published = translated(net, 40_000, 8080, 80);
    var otherPort = translated(net, 40_001, 8081, 81);
    netfilter.batch(List.of(add(published), add(otherPort)));
    assertThat(Conntrack.all(netfilter, Transport.UDP))
        .containsExactlyInAnyOrder(published, otherPort);
    assertThat(Conntrack.all(netfilter, Transport.TCP)).isEmpty();

    Conntrack.flushByReplySource(netfilter, Transport.UDP, Set.of(published.reply().source()));

    assertThat(Conntrack.all(netfilter, Transport.UDP)).containsExactly(otherPort);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.", "fd00:9::"})
  void whatWasSentToAHostPortIsForgottenAndNothingElse(String net) throws Exception {
    var published = translated(net, 40_000, 8080, 80);
    var otherPort = translated(net, 40_001, 8081, 80);
    netfilter.batch(List.of(add(published), add(otherPort)));

    Conntrack.flushByDestination(
        netfilter, Transport.UDP, Set.of(published.original().destination()));

    assertThat(Conntrack.all(netfilter, Transport.UDP)).containsExactly(otherPort);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.", "fd00:9::"})
  void olderKernelsAreAskedForEachEntry(String net) throws Exception {
    var published = translated(net, 40_000, 8080, 80);
    var otherPort = translated(net, 40_001, 8081, 81);
    netfilter.batch(List.of(add(published), add(otherPort)));

    Conntrack.flushOneByOne(
        netfilter,
        new Conntrack.Selection(Transport.UDP, Set.of(published.reply().source()), true));

    assertThat(Conntrack.all(netfilter, Transport.UDP)).containsExactly(otherPort);
  }

  /** The kernel's own filter takes v6 addresses the wrong way round. */
  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.", "fd00:9::"})
  void theSamePortOfAnotherContainerIsNotForgotten(String net) throws Exception {
    var client = place(net + "9", 40_000);
    var neighbour =
        new Flow(
            Transport.UDP,
            new Flow.Direction(client, place(net + "1", 8081)),
            new Flow.Direction(place(net + "3", 80), client));
    var published = translated(net, 40_001, 8080, 80);
    netfilter.batch(List.of(add(published), add(neighbour)));

    Conntrack.flushByReplySource(netfilter, Transport.UDP, Set.of(published.reply().source()));

    assertThat(Conntrack.all(netfilter, Transport.UDP)).containsExactly(neighbour);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.", "fd00:9::"})
  void manyPortsAreForgottenTogether(String net) throws Exception {
    var flows = new ArrayList<Flow>();
    for (int i = 0; i < 100; i++) {
      flows.add(translated(net, 40_000 + i, 8000 + i, 80 + i));
    }
    netfilter.batch(flows.stream().map(ConntrackKernelTest::add).toList());
    var places = flows.stream().skip(1).map(flow -> flow.reply().source());

    Conntrack.flushByReplySource(netfilter, Transport.UDP, places.collect(Collectors.toSet()));

    assertThat(Conntrack.all(netfilter, Transport.UDP)).containsExactly(flows.getFirst());
  }

  @Test
  void flushingAnEmptyTableIsNoError() throws Exception {
    Conntrack.flushByReplySource(netfilter, Transport.UDP, Set.of(place("10.9.0.2", 80)));
    assertThat(Conntrack.all(netfilter, Transport.UDP)).isEmpty();
  }

  /** Prints; claims nothing. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10_000})
  void costOfAFlush(int entries) throws Exception {
    var place = place("10.9.0.2", 80);
    var flows = new ArrayList<Request>();
    for (int i = 0; i < entries; i++) {
      flows.add(add(translated("10.9.0.", 1_024 + i, 9000, 90)));
    }
    netfilter.batch(flows);
    var missing = new Conntrack.Selection(Transport.UDP, Set.of(place), true);
    Runnable inKernel = () -> Conntrack.flushByReplySource(netfilter, Transport.UDP, Set.of(place));
    Runnable oneByOne = () -> Conntrack.flushOneByOne(netfilter, missing);
    System.out.printf(
        "conntrack flush of nothing among %d entries: by the kernel %s, by list %s%n",
        entries, timings(inKernel), timings(oneByOne));
    long start = System.nanoTime();
    Conntrack.flushByReplySource(netfilter, Transport.UDP, Set.of(place("10.9.0.2", 90)));
    System.out.printf(
        "conntrack flush of all %d entries: %.2f ms%n", entries, (System.nanoTime() - start) / 1e6);
  }

  private static String timings(Runnable action) {
    IntStream.range(0, 5).forEach(_ -> action.run());
    long[] nanos =
        IntStream.range(0, 15)
            .mapToLong(
                _ -> {
                  long start = System.nanoTime();
                  action.run();
                  return System.nanoTime() - start;
                })
            .sorted()
            .toArray();
    return "min %.2f median %.2f max %.2f ms"
        .formatted(nanos[0] / 1e6, nanos[7] / 1e6, nanos[14] / 1e6);
  }

  /** From a client to a host's port, sent on to the container's. */
  private static Flow translated(String net, int clientPort, int hostPort, int containerPort)
      throws Exception {
    var client = place(net + "9", clientPort);
    return new Flow(
        Transport.UDP,
        new Flow.Direction(client, place(net + "1", hostPort)),
        new Flow.Direction(place(net + "2", containerPort), client));
  }

  private static Place place(String address, int port) throws Exception {
    return new Place(InetAddress.getByName(address), port);
  }

  private static Request add(Flow flow) {
    boolean isV4 = flow.original().source().address().getAddress().length == 4;
    return new MessageWriter(CT_NEW, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL)
        .u8(isV4 ? Libc.AF_INET : Libc.AF_INET6)
        .zeros(3)
        .nested(
            Nfnetlink.CTA_TUPLE_ORIG,
            tuple -> Conntrack.writeTuple(tuple, flow.transport(), flow.original()))
        .nested(
            Nfnetlink.CTA_TUPLE_REPLY,
            tuple -> Conntrack.writeTuple(tuple, flow.transport(), flow.reply()))
        .attribute(CTA_TIMEOUT, new byte[] {0, 0, 1, 0})
        .request("add connection", flow.toString());
  }
}
