package io.fairlead.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes as linux/netlink.h, rtnetlink.h and their companions lay them out, little-endian. */
class CodecTest {

  @BeforeEach
  void goldenBytesAreLittleEndian() {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void settingALinkUpIsOneHeaderAndOneIfinfomsg() {
    assertThat(hex(LinkChange.of(1).up().request()))
        .isEqualTo(
            golden(
                "20000000 1000 0500 07000000 00000000" // nlmsghdr: 32, RTM_NEWLINK, request|ack,
                    // seq 7
                    + "00 00 0000 01000000 01000000 01000000")); // ifinfomsg: index 1, IFF_UP of
    // IFF_UP
  }

  @Test
  void attributesArePaddedAndTheirLengthIsNot() {
    assertThat(hex(Links.delete("eth0")))
        .isEqualTo(
            golden(
                "2c000000 1100 0500 07000000 00000000"
                    + "00 00 0000 00000000 00000000 00000000"
                    + "0900 0300 6574683000 000000")); // IFLA_IFNAME "eth0\0", 9 of 12 bytes
  }

  @Test
  void anAddressIsInTheOrderOfTheWire() throws Exception {
    var address = new Address(2, InetAddress.getByName("172.17.0.2"), 16, false);
    assertThat(hex(Addresses.add(address)))
        .isEqualTo(
            golden(
                "30000000 1400 0506 07000000 00000000" // request|ack|excl|create
                    + "02 10 00 00 02000000" // ifaddrmsg: AF_INET, /16
                    + "0800 0200 ac110002" // IFA_LOCAL
                    + "0800 0100 ac110002" // IFA_ADDRESS
                    + "0800 0400 ac11ffff")); // IFA_BROADCAST
  }

  @Test
  void aDefaultRouteHasNoDestination() throws Exception {
    var route = Route.byDefault(InetAddress.getByName("172.17.0.1"), 2);
    assertThat(hex(Routes.add(route)))
        .isEqualTo(
            golden(
                "2c000000 1800 0506 07000000 00000000"
                    + "02 00 00 00 fe 03 00 01 00000000" // rtmsg: main table, boot, universe,
                    // unicast
                    + "0800 0500 ac110001" // RTA_GATEWAY
                    + "0800 0400 02000000")); // RTA_OIF
  }

  @Test
  void nestsAreMarkedAndCountTheirContent() {
    assertThat(hex(LinkChange.of(3).hairpin(true).learning(false).request()))
        .isEqualTo(
            golden(
                "44000000 1000 0500 07000000 00000000"
                    + "00 00 0000 03000000 00000000 00000000"
                    + "2400 1280" // IFLA_LINKINFO | NLA_F_NESTED
                    + "0b00 0400 62726964676500 00" // IFLA_INFO_SLAVE_KIND "bridge"
                    + "1400 0580" // IFLA_INFO_SLAVE_DATA
                    + "0500 0400 01 000000" // IFLA_BRPORT_MODE
                    + "0500 0800 00 000000")); // IFLA_BRPORT_LEARNING
  }

  @Test
  void portsOfConnectionsAreBigEndian() throws Exception {
    var client = new Place(InetAddress.getByName("10.0.0.1"), 0x1234);
    var server = new Place(InetAddress.getByName("10.0.0.2"), 80);
    var flow =
        new Flow(
            Transport.UDP, new Flow.Direction(client, server), new Flow.Direction(server, client));
    assertThat(hex(Conntrack.delete(flow)))
        .isEqualTo(
            golden(
                "48000000 0201 0500 07000000 00000000" // IPCTNL_MSG_CT_DELETE of
                    // NFNL_SUBSYS_CTNETLINK
                    + "02 00 0000" // nfgenmsg
                    + "3400 0180" // CTA_TUPLE_ORIG
                    + "1400 0180 0800 0100 0a000001 0800 0200 0a000002" // CTA_TUPLE_IP
                    + "1c00 0280 0500 0100 11 000000 0600 0200 1234 0000 0600 0300 0050 0000"));
  }

  @Test
  void severalMessagesShareADatagram() {
    var messages =
        Message.parse(
            bytes(
                "11000000 1000 0200 01000000 00000000 ff 000000"
                    + "10000000 0300 0200 02000000 00000000"));
    assertThat(messages).hasSize(2);
    assertThat(messages.getFirst().length()).isEqualTo(1);
    assertThat(messages.getFirst().u8(0)).isEqualTo(0xff);
    assertThat(messages.getLast().type()).isEqualTo(Netlink.NLMSG_DONE);
    assertThat(messages.getLast().sequence()).isEqualTo(2);
  }

  @Test
  void aLengthThatLeavesTheDatagramIsRefused() {
    for (String hostile :
        new String[] {
          "00000000 1000 0000 01000000 00000000", // no length: would never end
          "0f000000 1000 0000 01000000 00000000", // shorter than its header
          "11000000 1000 0000 01000000 00000000", // longer than the datagram
          "ffffffff 1000 0000 01000000 00000000", // negative
          "10000000 1000 00", // cut off
        }) {
      assertThatThrownBy(() -> Message.parse(bytes(hostile)))
          .as(hostile)
          .isInstanceOf(MalformedMessage.class);
    }
  }

  @Test
  void anAttributeThatLeavesItsMessageIsRefused() {
    for (String hostile :
        new String[] {
          "0000 0300 00000000", // no length: would never end
          "0300 0300 00000000", // shorter than its header
          "0900 0300 00000000", // longer than what is left
          "0800 0300 00000000 0100", // cut off
        }) {
      assertThatThrownBy(() -> Attributes.of(ByteBuffer.wrap(bytes(hostile))))
          .as(hostile)
          .isInstanceOf(MalformedMessage.class);
    }
  }

  @Test
  void anAbsentAttributeReadsAsItsDefaultAndAShortOneIsRefused() {
    var attributes = Attributes.of(ByteBuffer.wrap(bytes("0500 0100 07 000000")));
    assertThat(attributes.u8(1, 0)).isEqualTo(7);
    assertThat(attributes.u32(2, -1)).isEqualTo(-1);
    assertThat(attributes.string(2, "none")).isEqualTo("none");
    assertThat(attributes.bytes(2)).isNull();
    assertThat(attributes.nested(2).has(1)).isFalse();
    assertThatThrownBy(() -> attributes.u32(1, 0)).isInstanceOf(MalformedMessage.class);
    assertThatThrownBy(() -> attributes.address(1)).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void aMacAddressIsReadAndWrittenInItsUsualForm() {
    assertThat(MacAddress.parse("02:42:AC:11:00:02")).hasToString("02:42:ac:11:00:02");
    for (String wrong :
        new String[] {"", "02:42:ac:11:00", "02-42-ac-11-00-02", "02:42:ac:11:00:0g"}) {
      assertThatThrownBy(() -> MacAddress.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Golden bytes have blanks for the reader. */
  private static String golden(String spaced) {
    return spaced.replace(" ", "");
  }

  private static String hex(Request request) {
    var bytes = ByteBuffer.allocate(request.paddedLength()).order(ByteOrder.nativeOrder());
    request.writeTo(bytes, Netlink.NLM_F_ACK, 7);
    assertThat(bytes.hasRemaining()).isFalse();
    return HexFormat.of().formatHex(bytes.array());
  }

  private static byte[] bytes(String spaced) {
    return HexFormat.of().parseHex(golden(spaced));
  }
}
