package io.fairlead.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.linux.Errno;
import io.fairlead.linux.Fd;
import io.fairlead.linux.KernelException;
import io.fairlead.linux.PrivateNamespace;
import io.fairlead.testing.Command;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links, addresses and routes on a real kernel: one namespace is the host, one the sandbox. */
@Tag("kernel")
class RouteKernelTest {
  private static final MacAddress BRIDGE_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:00:02");
  private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:03");
  private static final int GROUP = 4711;
  private static final int LO = 1;

  private PrivateNamespace hostNamespace;
  private PrivateNamespace sandboxNamespace;
  private Fd sandboxFd;
  private NetlinkSocket host;
  private NetlinkSocket sandbox;

  @BeforeEach
  void twoNamespaces() {
    hostNamespace = PrivateNamespace.make();
    sandboxNamespace = PrivateNamespace.make();
    sandboxFd = sandboxNamespace.namespace().open();
    host = hostNamespace.call(() -> NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
    sandbox = sandboxNamespace.call(() -> NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
  }

  @AfterEach
  void gone() {
    host.close();
    sandbox.close();
    sandboxFd.close();
    sandboxNamespace.close();
    hostNamespace.close();
  }

  @Test
  void aVethIsBornInsideTheSandboxAndInItsBridge() {
    var bridge = addBridge();

    var answers =
        host.batch(
            List.of(
                Links.addVeth(veth("vhost0", bridge.index())),
                LinkChange.of("vhost0").hairpin(true).alias("engine/endpoint").request()));

    var born = Links.born(answers.getFirst()).orElseThrow();
    var end = Links.find(host, "vhost0").orElseThrow();
    assertThat(end.index()).isEqualTo(born.index());
    assertThat(end.kind()).isEqualTo("veth");
    assertThat(end.isUp()).isTrue();
    assertThat(end.isHairpin()).isTrue();
    assertThat(end.alias()).isEqualTo("engine/endpoint");
    assertThat(end.group()).isEqualTo(GROUP);
    assertThat(end.mac()).isEqualTo(HOST_MAC);
    assertThat(end.mtuBytes()).isEqualTo(1400);
    assertThat(end.masterIndex()).isEqualTo(bridge.index());
    assertThat(end.peerNamespaceId()).isNotNegative();
    var peer = Links.find(sandbox, "eth0").orElseThrow();
    assertThat(peer.index()).isEqualTo(born.peerIndex()).isEqualTo(end.peerIndex());
    assertThat(peer.mac()).isEqualTo(PEER_MAC);
    assertThat(peer.mtuBytes()).isEqualTo(1400);
    assertThat(peer.isUp()).isFalse();
    assertThat(Links.ofMaster(host, bridge.index())).containsExactly(end);
    assertThat(Links.ofGroup(host, GROUP)).contains(end);
  }

  @Test
  void aVethHasOneQueueHoweverManyProcessorsThereAre() {
    var bridge = addBridge();
    addVeth("vhost0", bridge.index());

    for (String direction : List.of("rx", "tx")) {
      assertThat(queues(hostNamespace, "vhost0", direction)).isEqualTo(1);
      assertThat(queues(sandboxNamespace, "eth0", direction)).isEqualTo(1);
    }
  }

  private static long queues(PrivateNamespace namespace, String link, String direction) {
    String shown =
        namespace
            .call(() -> Command.run(List.of("ip", "-d", "link", "show", link)))
            .succeeded()
            .stdout();
    return Long.parseLong(
        shown.replaceAll("(?s).*num%squeues (\\d+).*".formatted(direction), "$1"));
  }

  @Test
  void anIndexIsFoundByName() {
    var bridge = addBridge();
    assertThat(Links.index(host, "br0")).hasValue(bridge.index());
    assertThat(Links.index(sandbox, "br0")).isEmpty();
  }

  @Test
  void aBridgeIsMadeUpAndGetsItsAliasInTheSameBatch() {
    host.batch(
        List.of(
            Links.addBridge(new Bridge("br0", BRIDGE_MAC, 1400, GROUP)),
            LinkChange.of("br0").alias("the bridge").request()));

    var bridge = Links.find(host, "br0").orElseThrow();
    assertThat(bridge.kind()).isEqualTo("bridge");
    assertThat(bridge.isUp()).isTrue();
    assertThat(bridge.mac()).isEqualTo(BRIDGE_MAC);
    assertThat(bridge.mtuBytes()).isEqualTo(1400);
    assertThat(bridge.alias()).isEqualTo("the bridge");
    assertThat(bridge.group()).isEqualTo(GROUP);
  }

  @Test
  void everyPropertyOfALinkCanBeChanged() {
    var bridge = addBridge();
    var link = addVeth("vhost0", bridge.index());
    var mac = MacAddress.parse("02:00:00:00:00:99");

    host.request(
        LinkChange.of(link.index())
            .down()
            .noMaster()
            .mac(mac)
            .mtu(1300)
            .group(12)
            .rename("other")
            .alias("changed")
            .request());

    var changed = Links.find(host, link.index()).orElseThrow();
    assertThat(changed.name()).isEqualTo("other");
    assertThat(changed.isUp()).isFalse();
    assertThat(changed.masterIndex()).isZero();
    assertThat(changed.mac()).isEqualTo(mac);
    assertThat(changed.mtuBytes()).isEqualTo(1300);
    assertThat(changed.group()).isEqualTo(12);
    assertThat(changed.alias()).isEqualTo("changed");
    host.batch(
        List.of(
            LinkChange.of("other").up().master(bridge.index()).alias("").request(),
            LinkChange.of("other").hairpin(true).request()));
    var back = Links.find(host, "other").orElseThrow();
    assertThat(back.isUp()).isTrue();
    assertThat(back.masterIndex()).isEqualTo(bridge.index());
    assertThat(back.isHairpin()).isTrue();
    assertThat(back.isLearning()).isTrue();
    assertThat(back.alias()).isEmpty();
    host.request(LinkChange.of("other").learning(false).request());
    var silent = Links.find(host, "other").orElseThrow();
    assertThat(silent.isHairpin()).isTrue();
    assertThat(silent.isLearning()).isFalse();
    host.request(LinkChange.of("other").hairpin(false).learning(true).request());
    var changedBack = Links.find(host, "other").orElseThrow();
    assertThat(changedBack.isHairpin()).isFalse();
    assertThat(changedBack.isLearning()).isTrue();
  }

  @Test
  void addressesAndRoutesOfBothFamiliesComeAndGo() throws Exception {
    int eth0 = addVeth("vhost0", addBridge().index()).peerIndex();
    var v4 = new Address(eth0, InetAddress.getByName("10.9.0.2"), 16, false);
    var v6 = new Address(eth0, InetAddress.getByName("fd00:9::2"), 64, true);
    var route4 = Route.byDefault(InetAddress.getByName("10.9.0.1"), eth0);
    var route6 = Route.byDefault(InetAddress.getByName("fd00:9::1"), eth0);
    var prefix4 = new Route(InetAddress.getByName("10.77.0.0"), 16, null, eth0, 7);
    var prefix6 =
        new Route(
            InetAddress.getByName("fd00:77::"), 48, InetAddress.getByName("fd00:9::7"), eth0, 9);

    sandbox.batch(
        List.of(
            LinkChange.of(LO).up().request(),
            LinkChange.of(eth0).up().request(),
            Addresses.add(v4),
            Addresses.add(v6),
            Routes.add(route4),
            Routes.add(route6),
            Routes.add(prefix4),
            Routes.add(prefix6)));

    assertThat(Addresses.ofLink(sandbox, eth0)).contains(v4, v6);
    assertThat(Addresses.ofLink(sandbox, LO)).hasSize(2);
    assertThat(Addresses.all(sandbox)).hasSizeGreaterThanOrEqualTo(4);
    var default6 = new Route(route6.destination(), 0, route6.gateway(), eth0, 1024);
    assertThat(Routes.ofLink(sandbox, eth0)).contains(route4, default6, prefix4, prefix6);
    assertThat(Routes.all(sandbox)).contains(route4, default6, prefix4, prefix6);
    assertThat(Routes.ofLink(sandbox, LO)).isEmpty();

    sandbox.batch(
        List.of(
            Routes.delete(route4),
            Routes.delete(route6),
            Routes.delete(prefix4),
            Routes.delete(prefix6),
            Addresses.delete(v4),
            Addresses.delete(v6)));

    assertThat(Addresses.ofLink(sandbox, eth0)).doesNotContain(v4, v6);
    assertThat(Routes.all(sandbox)).noneMatch(Route::isDefault);
  }

  /** Why the peer is set up, and alias and hairpin are set, by messages of their own. */
  @Test
  void aPeerCannotBeBornUpNorALinkWithAnAlias() {
    assertThatThrownBy(() -> host.request(addVethByHand("vhost0", Rtnetlink.IFF_UP)))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTCONN));
    assertThat(Links.find(host, "vhost0")).isEmpty();

    host.request(addVethByHand("vhost0", 0));
    assertThat(Links.find(host, "vhost0").orElseThrow().alias()).isEmpty();
  }

  private Request addVethByHand(String name, int peerFlags) {
    return new MessageWriter(Rtnetlink.RTM_NEWLINK, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL)
        .zeros(Rtnetlink.IFINFOMSG_BYTES)
        .attributeString(Rtnetlink.IFLA_IFNAME, name)
        .attributeString(Rtnetlink.IFLA_IFALIAS, "ignored")
        .nested(
            Rtnetlink.IFLA_LINKINFO,
            info ->
                info.attributeString(Rtnetlink.IFLA_INFO_KIND, "veth")
                    .nested(
                        Rtnetlink.IFLA_INFO_DATA,
                        data ->
                            data.attribute(
                                Rtnetlink.VETH_INFO_PEER,
                                peer ->
                                    peer.zeros(8)
                                        .u32(peerFlags)
                                        .u32(peerFlags)
                                        .attributeU32(
                                            Rtnetlink.IFLA_NET_NS_FD, sandboxFd.number()))))
        .request("add veth", name);
  }

  @Test
  void theMachinesOwnGroupIsNeverDeleted() {
    assertThatThrownBy(() -> Links.deleteGroup(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGroupIsDeletedTogether() {
    addVeth("vhost0", 0);
    host.request(Links.addBridge(new Bridge("br1", BRIDGE_MAC, 1400, GROUP)));

    host.request(Links.deleteGroup(GROUP));

    assertThat(Links.all(host)).extracting(Link::name).doesNotContain("vhost0", "br1");
    assertThat(Links.find(sandbox, "eth0")).isEmpty();
    assertThatThrownBy(() -> host.request(Links.deleteGroup(GROUP)))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
  }

  @Test
  void linksAreDeletedByNameAndByIndex() {
    var link = addVeth("vhost0", 0);
    host.request(Links.delete(link.index()));
    assertThat(Links.find(host, "vhost0")).isEmpty();

    addVeth("vhost0", 0);
    host.request(Links.delete("vhost0"));
    assertThat(Links.find(host, "vhost0")).isEmpty();
  }

  @Test
  void aRefusalCarriesTheKernelsOwnWords() throws Exception {
    int eth0 = addVeth("vhost0", 0).peerIndex();
    var unreachable = Route.byDefault(InetAddress.getByName("10.9.0.1"), eth0);

    assertThatThrownBy(() -> sandbox.request(Routes.add(unreachable)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("add route 0.0.0.0/0 via 10.9.0.1 on link " + eth0 + ": ")
        .hasMessageMatching(".*: E[A-Z]+ \\(.+\\)");
  }

  @Test
  void aBatchNamesTheFirstThatWasRefusedAndDoesTheOthers() {
    addBridge();

    assertThatThrownBy(
            () ->
                host.batch(
                    List.of(
                        Links.addBridge(new Bridge("br1", BRIDGE_MAC, 1500, GROUP)),
                        Links.addBridge(new Bridge("br0", BRIDGE_MAC, 1500, GROUP)),
                        Links.delete("nothing"),
                        Links.addBridge(new Bridge("br2", BRIDGE_MAC, 1500, GROUP)))))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
        .hasMessageContaining("add bridge br0: EEXIST");
    assertThat(Links.find(host, "br1")).isPresent();
    assertThat(Links.find(host, "br2")).isPresent();
  }

  @Test
  void aBatchMayBeLongerThanOneSend() {
    addBridge();
    var changes = new ArrayList<Request>();
    for (int i = 0; i < 2_000; i++) {
      changes.add(LinkChange.of("br0").alias("x".repeat(200) + i).request());
    }

    assertThat(host.batch(changes)).hasSize(2_000);

    assertThat(Links.find(host, "br0").orElseThrow().alias()).endsWith("x1999");
  }

  private Link addBridge() {
    return Links.born(host.request(Links.addBridge(new Bridge("br0", BRIDGE_MAC, 1400, GROUP))))
        .orElseThrow();
  }

  private Link addVeth(String name, int masterIndex) {
    return Links.born(host.request(Links.addVeth(veth(name, masterIndex)))).orElseThrow();
  }

  private Veth veth(String name, int masterIndex) {
    return new Veth(name, HOST_MAC, "eth0", PEER_MAC, sandboxFd.number(), 1400, masterIndex, GROUP);
  }
}
