package io.fairlead.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.linux.netlink.MacAddress;
import io.fairlead.network.AttackLab.Party;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A container, or another host on the wire, that writes frames by itself: against what the host and
 * a container serve on the host's loopback, and in the name of a neighbour or of the gateway. Every
 * frame is counted by the rule that stops it, and does its work when that rule is away.
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackTest {
  private static final InetAddress LOOPBACK4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOOPBACK6 = InetAddress.ofLiteral("::1");
  private static final String FORGED = "bridge forged";
  private static final String ARRIVING = "bridge arriving";
  private static final String ROUTED = "inet prerouting";
  private static final String DESTINATION = "loopback destination";
  private static final String SOURCE = "loopback source";
  private static final int SERVICE = 9001;
  private static final String TAGGED = "tagged twice";
  private static final String NO_VLAN = "tagged without a VLAN";
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;

  private AttackLab lab;
  private final AtomicInteger attempts = new AtomicInteger();

  /** What a frame is meant to bring about. */
  record Attack(Runnable send, BooleanSupplier works) {}

  /**
   * @param chain family and name of ours that stops it
   * @param rule the comment of the rule that counts it
   */
  record Row(String name, String chain, String rule, Supplier<Attack> attack) {
    @Override
    public String toString() {
      return name + ": " + rule;
    }
  }

  @BeforeAll
  void open() {
    lab = new AttackLab();
    lab.listen(lab.host.namespace(), "127.0.0.1", 9000);
    lab.listen(lab.host.namespace(), "::1", 9000);
    lab.listen(lab.host.namespace(), "::", SERVICE);
    lab.listen(lab.web.namespace(), "::", 53);
    lab.listen(lab.victim.namespace(), "::", SERVICE);
  }

  @AfterEach
  void forget() {
    lab.host.exec("ip", "neigh", "flush", "all");
    lab.victim.run("ip", "neigh", "flush", "all").succeeded();
    lab.host.exec("nft", "add table inet seen; delete table inet seen");
    lab.victim.run("ip", "-6", "route", "flush", "proto", "ra").succeeded();
  }

  @AfterAll
  void close() {
    lab.close();
  }

  Stream<Arguments> attacks() {
    return rows().flatMap(row -> Stream.of(0, 1).map(bridgeNf -> Arguments.of(row, bridgeNf)));
  }

  private Stream<Row> rows() {
    return Stream.of(
        // Only route_localnet lets 127.0.0.0/8 in from elsewhere: it is on at our bridges.
        row("a container to the host's 127.0.0.1", ARRIVING, DESTINATION, () -> toLoopback(9000)),
        row(
            "a container to what is published there",
            ARRIVING,
            DESTINATION,
            () -> toLoopback(8053)),
        row("a container that scans the host's 127.0.0.1", ARRIVING, DESTINATION, this::scan),
        row(
            "a container from 127.0.0.1",
            ROUTED,
            SOURCE,
            () -> datagram(lab.attacker, LOOPBACK4, lab.gateway, lab.gateway.v4(), SERVICE)),
        row(
            "another host to the host's 127.0.0.1",
            ROUTED,
            DESTINATION,
            () -> datagram(lab.other, lab.other.v4(), lab.wire, LOOPBACK4, 9000)),
        row(
            "another host to what is published there",
            ROUTED,
            DESTINATION,
            () -> datagram(lab.other, lab.other.v4(), lab.wire, LOOPBACK4, 8053)),
        row(
            "another host from 127.0.0.1",
            ROUTED,
            SOURCE,
            () -> datagram(lab.other, LOOPBACK4, lab.wire, lab.wire.v4(), SERVICE)),
        row("ARP: is a neighbour, to another", FORGED, "ARP", () -> arp(lab.web, lab.victim)),
        row("ARP: is a neighbour, to the host", FORGED, "ARP", () -> arp(lab.web, lab.gateway)),
        row("ARP: is the gateway", FORGED, "ARP", () -> arp(lab.gateway, lab.victim)),
        row(
            "advertisement: is a neighbour",
            FORGED,
            "neighbour advertisement",
            () -> advertisement(lab.attacker, lab.web)),
        row(
            "advertisement in a neighbour's name",
            FORGED,
            "v6 source",
            () -> advertisement(lab.web, lab.web)),
        row(
            "advertisement: is the gateway",
            FORGED,
            "neighbour advertisement",
            () -> advertisement(lab.attacker, lab.gateway)),
        row("router advertisement", FORGED, "router advertisement", this::routerAdvertisement),
        row("v4, a neighbour's name", FORGED, "v4 source", () -> inTheNameOf(lab.web, false)),
        row("v6, a neighbour's name", FORGED, "v6 source", () -> inTheNameOf(lab.web, true)),
        row("v4 connection, a neighbour's name", FORGED, "v4 source", () -> segment(false, SYN)),
        row("v6 connection, a neighbour's name", FORGED, "v6 source", () -> segment(true, SYN)),
        row("v4 reset, a neighbour's name", FORGED, "v4 source", () -> segment(false, RST)),
        row("v6 reset, a neighbour's name", FORGED, "v6 source", () -> segment(true, RST)),
        row("ARP in a tag: is a neighbour", FORGED, NO_VLAN, () -> arpInTag(lab.web, lab.victim)),
        row("advertisement in a tag: is a neighbour", FORGED, NO_VLAN, this::advertisementInTag),
        row("two tags, a neighbour's name", FORGED, TAGGED, () -> inTwoTags(lab.web)),
        row("two tags, the gateway's name", FORGED, TAGGED, () -> inTwoTags(lab.gateway)),
        row("v4, the gateway's name", FORGED, "v4 source", () -> inTheNameOf(lab.gateway, false)),
        row("v6, the gateway's name", FORGED, "v6 source", () -> inTheNameOf(lab.gateway, true)));
  }

  private static Row row(String name, String chain, String rule, Supplier<Attack> attack) {
    return new Row(name, chain, rule, attack);
  }

  @ParameterizedTest(name = "{0}, bridge-nf {1}")
  @MethodSource("attacks")
  void isStoppedAndCounted(Row row, int bridgeNf) {
    lab.bridgeNetfilter(bridgeNf);
    openToLoopback(true);
    try {
      Attack stopped = row.attack().get();
      long before = lab.counted(row.rule());
      stopped.send().run();
      await().until(() -> lab.counted(row.rule()) > before);
      assertThat(stopped.works().getAsBoolean()).isFalse();

      lab.without(
          ROUTED,
          rule -> !rule.contains("comment \"loopback"),
          () -> lab.without(row.chain(), _ -> row.chain().equals(ROUTED), () -> succeeds(row)));
    } finally {
      openToLoopback(false);
    }
  }

  private static void succeeds(Row row) {
    Attack control = row.attack().get();
    control.send().run();
    await("control").until(control.works()::getAsBoolean);
  }

  /** What the kernel refuses by itself, so that the control shows the rule, not the kernel. */
  private void openToLoopback(boolean isOpen) {
    String value = isOpen ? "1" : "0";
    lab.sysctl("net.ipv4.conf.to-outside.route_localnet", value);
    lab.sysctl("net.ipv4.conf.to-outside.accept_local", value);
    lab.sysctl("net.ipv4.conf.docker0.accept_local", value);
  }

  private Attack toLoopback(int port) {
    return datagram(lab.attacker, lab.attacker.v4(), lab.gateway, LOOPBACK4, port);
  }

  private Attack inTheNameOf(Party other, boolean isV6) {
    return datagram(
        lab.attacker, other.address(isV6), lab.victim, lab.victim.address(isV6), SERVICE);
  }

  private Attack datagram(
      Party from, InetAddress source, Party next, InetAddress destination, int port) {
    return datagram(from, source, next, destination, port, UnaryOperator.identity());
  }

  /** Priority tags, which the kernel takes off wherever a frame is received. */
  private Attack inTwoTags(Party claimed) {
    return datagram(
        lab.attacker,
        claimed.v4(),
        lab.victim,
        lab.victim.v4(),
        SERVICE,
        frame -> RawFrames.tagged(RawFrames.tagged(frame)));
  }

  private Attack datagram(
      Party from,
      InetAddress source,
      Party next,
      InetAddress destination,
      int port,
      UnaryOperator<byte[]> wrapped) {
    String text = "attempt " + attempts.incrementAndGet();
    byte[] frame =
        wrapped.apply(
            RawFrames.udp(next.mac(), from.mac(), source, destination, port, text.getBytes(UTF_8)));
    return new Attack(
        () -> RawFrames.send(from.namespace(), from.link(), frame), () -> lab.isHeard(text));
  }

  /** In a neighbour's name to the victim. */
  private Attack segment(boolean isV6, int flags) {
    return segment(lab.web.address(isV6), lab.victim, lab.victim.address(isV6), flags);
  }

  /**
   * What tracking of connections takes for none: a closed port would answer it, an open one not.
   */
  private Attack scan() {
    return segment(lab.attacker.v4(), lab.gateway, LOOPBACK4, FIN);
  }

  /** Seen at its destination by a rule made there. */
  private Attack segment(InetAddress source, Party next, InetAddress destination, int flags) {
    int port = 20_000 + attempts.incrementAndGet();
    byte[] frame = RawFrames.tcp(next.mac(), lab.attacker.mac(), source, destination, port, flags);
    lab.countSegments(next, port);
    return new Attack(
        () -> RawFrames.send(lab.attacker.namespace(), lab.attacker.link(), frame),
        () -> lab.countedSegments(next, port) > 0);
  }

  private Attack arp(Party claimed, Party deceived) {
    return claim(arpFrame(claimed), claimed.v4(), deceived);
  }

  private Attack arpInTag(Party claimed, Party deceived) {
    return claim(RawFrames.tagged(arpFrame(claimed)), claimed.v4(), deceived);
  }

  private byte[] arpFrame(Party claimed) {
    return Announcer.gratuitousArp(lab.attacker.mac().toBytes(), claimed.v4().getAddress());
  }

  private Attack advertisement(Party source, Party claimed) {
    return claim(advertisementFrame(source, claimed), claimed.v6(), lab.victim);
  }

  private Attack advertisementInTag() {
    byte[] frame = advertisementFrame(lab.attacker, lab.web);
    return claim(RawFrames.tagged(frame), lab.web.v6(), lab.victim);
  }

  private byte[] advertisementFrame(Party source, Party claimed) {
    return RawFrames.advertisement(lab.attacker.mac(), source.v6(), claimed.v6());
  }

  private Attack claim(byte[] frame, InetAddress claimed, Party deceived) {
    learn(deceived, claimed);
    return new Attack(
        () -> RawFrames.send(lab.attacker.namespace(), lab.attacker.link(), frame),
        () ->
            deceived
                .run("ip", "neigh", "show", claimed.getHostAddress(), "dev", deceived.link())
                .stdout()
                .contains(lab.attacker.mac().toString()));
  }

  /** A claim changes what is known; it does not teach what nobody asked for. */
  private static void learn(Party party, InetAddress address) {
    party.run("busybox", "ping", "-c", "1", "-W", "2", address.getHostAddress()).succeeded();
  }

  private Attack routerAdvertisement() {
    InetAddress self = InetAddress.ofLiteral("fe80::bad");
    return new Attack(
        () ->
            RawFrames.send(
                lab.attacker.namespace(),
                lab.attacker.link(),
                RawFrames.routerAdvertisement(lab.attacker.mac(), self)),
        () ->
            lab.victim
                .run("ip", "-6", "route", "show", "default")
                .stdout()
                .contains("via fe80::bad"));
  }

  /** The kernel knows ::1 from no link but lo; the witness takes the same way behind it. */
  @Test
  void v6LoopbackIsTheKernels() {
    for (int port : new int[] {9000, 8053}) {
      Attack attack = datagram(lab.attacker, lab.attacker.v6(), lab.gateway, LOOPBACK6, port);
      Attack witness =
          datagram(lab.attacker, lab.attacker.v6(), lab.gateway, lab.gateway.v6(), SERVICE);
      attack.send().run();
      witness.send().run();
      await().until(witness.works()::getAsBoolean);
      assertThat(attack.works().getAsBoolean()).isFalse();
    }
  }

  /** Who sends such a one has to guess two ports and a sequence number: it is not looked at. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aSegmentBetweenFirstAndLastIsNotAskedForItsSource(boolean isV6) {
    Attack attack = segment(isV6, ACK);
    attack.send().run();
    await().until(attack.works()::getAsBoolean);
  }

  /** Or it would pass into a network that is made later where it was sent to. */
  @Test
  void whatNobodyAnsweredIsNotRemembered() {
    InetAddress nobody = InetAddress.ofLiteral("198.51.100.77");
    lab.host.exec(
        "nft",
        """
        table ip fairlead_watch {
          chain passing {
            type filter hook forward priority 0
            ip daddr 198.51.100.77 counter comment "unanswered"
            ip daddr 198.51.100.77 ct mark & 0x02000000 != 0 counter comment "remembered unanswered"
            ip daddr 198.51.100.2 ct mark & 0x02000000 != 0 counter comment "remembered"
          }
        }
        """);
    try {
      byte[] frame =
          RawFrames.udp(
              lab.gateway.mac(), lab.attacker.mac(), lab.attacker.v4(), nobody, 9, new byte[1]);
      RawFrames.send(lab.attacker.namespace(), lab.attacker.link(), frame);
      RawFrames.send(lab.attacker.namespace(), lab.attacker.link(), frame);
      await().until(() -> lab.counted("unanswered") >= 2);
      assertThat(lab.counted("remembered unanswered")).isZero();
      lab.attacker.run("busybox", "ping", "-c", "2", "-i", "0.1", "198.51.100.2").succeeded();
      assertThat(lab.counted("remembered")).as("control").isPositive();
    } finally {
      lab.host.exec("nft", "delete", "table", "ip", "fairlead_watch");
    }
  }

  /** Frames in a neighbour's MAC pass, but what is for the neighbour still goes to it. */
  @Test
  void aNeighboursMacStaysAtItsPort() {
    String before = lab.forwardingEntry(lab.web.mac());
    assertThat(before).contains("sticky");
    lab.whileLearning(lab.attacker, () -> sendByMac(lab.web.mac()));
    assertThat(lab.forwardingEntry(lab.web.mac())).isEqualTo(before);

    String port = lab.port(lab.web);
    String mac = lab.web.mac().toString();
    lab.host.exec("bridge", "fdb", "replace", mac, "dev", port, "master", "dynamic");
    lab.whileLearning(lab.attacker, () -> sendByMac(lab.web.mac()));
    assertThat(lab.forwardingEntry(lab.web.mac())).as("control").doesNotContain("dev " + port);
    lab.host.exec("bridge", "fdb", "replace", mac, "dev", port, "master", "static", "sticky");
  }

  /** Nobody fills the host's memory with MACs that are nobody's. */
  @Test
  void anInventedMacIsNotRemembered() {
    var invented = MacAddress.parse("02:00:00:00:0b:ad");
    sendByMac(invented);
    assertThat(lab.forwardingEntry(invented)).isEmpty();
    lab.whileLearning(lab.attacker, () -> sendByMac(invented));
    assertThat(lab.forwardingEntry(invented)).as("control").contains(lab.port(lab.attacker));
  }

  private void sendByMac(MacAddress source) {
    String text = "attempt " + attempts.incrementAndGet();
    byte[] frame =
        RawFrames.udp(
            lab.victim.mac(),
            source,
            lab.attacker.v4(),
            lab.victim.v4(),
            SERVICE,
            text.getBytes(UTF_8));
    RawFrames.send(lab.attacker.namespace(), lab.attacker.link(), frame);
    await().until(() -> lab.isHeard(text));
  }

  /** What a container's owner adds by hand is the owner's business, as long as nobody has it. */
  @ParameterizedTest
  @CsvSource({"172.17.99.99/16, false", "fd00:17::99/64, true"})
  void anAddressThatNobodyHasIsFreeForWhoeverPutsItIn(String cidr, boolean isV6) {
    String address = cidr.substring(0, cidr.indexOf('/'));
    String[] add = {"ip", "addr", "add", cidr, "dev", "eth0"};
    lab.attacker.run(isV6 ? append(add, "nodad") : add).succeeded();
    try {
      learn(lab.victim, InetAddress.ofLiteral(address));
      learn(lab.gateway, InetAddress.ofLiteral(address));
    } finally {
      lab.attacker.run("ip", "addr", "del", cidr, "dev", "eth0").succeeded();
    }
  }

  /** As by macvlan or a virtual machine inside a container: the bridge asks every port for it. */
  @Test
  void anotherMacBehindAPortIsReached() {
    String[][] second = {
      {"ip", "link", "add", "second", "link", "eth0", "type", "macvlan", "mode", "bridge"},
      {"ip", "addr", "add", "172.17.99.98/16", "dev", "second"},
      {"ip", "link", "set", "second", "up"}
    };
    for (String[] command : second) {
      lab.attacker.run(command).succeeded();
    }
    try {
      learn(lab.victim, InetAddress.ofLiteral("172.17.99.98"));
      learn(lab.gateway, InetAddress.ofLiteral("172.17.99.98"));
    } finally {
      lab.attacker.run("ip", "link", "del", "second").succeeded();
    }
  }

  private static String[] append(String[] words, String word) {
    return Stream.concat(Stream.of(words), Stream.of(word)).toArray(String[]::new);
  }
}
