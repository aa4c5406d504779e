package io.fairlead.network.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {

  /** The examples of RFC 5952 and the corners around them. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0DB8:0000:0001:0001:0001:0001:0001, 2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "fd00:1:2:3:4:5:0:0, fd00:1:2:3:4:5::",
    "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7",
  })
  void anAddressHasOneText(String given, String canonical) {
    assertThat(Addresses.text(Addresses.parse(given))).isEqualTo(canonical);
    assertThat(Addresses.parse(canonical)).isEqualTo(Addresses.parse(given));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "localhost",
        "1.2.3",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4.5",
        "fe80::1%eth0",
        ":::",
        "[::1]",
        "1:2",
        " 1.2.3.4",
        "10.0.0.1/8"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Addresses.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("invalid IP address: " + text);
  }

  @Test
  void theTextOfAnyAddressIsReadBackAsItself() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[16];
      for (int group = 0; group < 8; group++) {
        if (random.nextBoolean()) {
          bytes[2 * group + 1] = (byte) random.nextInt();
        }
      }
      bytes[0] = (byte) 0xfd; // not v4-mapped
      InetAddress address = Addresses.ofBytes(bytes);
      assertThat(Addresses.parse(Addresses.text(address))).as("seed %d", seed).isEqualTo(address);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1/24, invalid subnet 10.0.0.1/24: it should be 10.0.0.0/24",
    "fd00::1/64, invalid subnet fd00::1/64: it should be fd00::/64",
    "10.0.0.0, 'invalid CIDR address: 10.0.0.0: an address, a slash and a prefix length are expected'",
    "10.0.0.0/33, 'invalid CIDR address: 10.0.0.0/33: invalid prefix length /33 for 10.0.0.0'",
    "10.0.0.0/-1, 'invalid CIDR address: 10.0.0.0/-1: an address, a slash and a prefix length are expected'",
    "x/24, 'invalid CIDR address: x/24: invalid IP address: x'",
  })
  void aSubnetThatIsNotCanonicalIsRefused(String text, String message) {
    assertThatThrownBy(() -> Subnet.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/24, 10.0.0.1, 10.0.0.254, 10.0.0.255",
    "10.0.0.0/30, 10.0.0.1, 10.0.0.2, 10.0.0.3",
    "10.0.0.0/31, 10.0.0.0, 10.0.0.1, 10.0.0.1",
    "10.0.0.7/32, 10.0.0.7, 10.0.0.7, 10.0.0.7",
    "0.0.0.0/0, 0.0.0.1, 255.255.255.254, 255.255.255.255",
    "fd00::/64, fd00::1, fd00::ffff:ffff:ffff:ffff, fd00::ffff:ffff:ffff:ffff",
    "fd00::/127, fd00::, fd00::1, fd00::1",
  })
  void hostsAreBetweenNetworkAndBroadcast(String text, String first, String lastHost, String last) {
    Subnet subnet = Subnet.parse(text);
    assertThat(subnet).hasToString(text);
    assertThat(Addresses.text(subnet.firstHost())).isEqualTo(first);
    assertThat(Addresses.text(subnet.lastHost())).isEqualTo(lastHost);
    assertThat(Addresses.text(subnet.last())).isEqualTo(last);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.0.0/16, true",
    "10.1.0.0/16, 10.0.0.0/8, true",
    "10.0.0.0/16, 10.1.0.0/16, false",
    "10.0.0.0/8, 10.0.0.0/8, true",
    "0.0.0.0/0, fd00::/8, false",
    "fd00::/8, fd00:1::/64, true",
  })
  void overlapIsOfAddressesInBoth(String one, String other, boolean overlaps) {
    assertThat(Subnet.parse(one).overlaps(Subnet.parse(other))).isEqualTo(overlaps);
  }

  @Test
  void anInterfaceAddressKeepsItsHostBits() {
    InterfaceAddress address = InterfaceAddress.parse("172.17.0.1/16");
    assertThat(address).hasToString("172.17.0.1/16");
    assertThat(address.subnet()).hasToString("172.17.0.0/16");
  }

  @Test
  void poolsAreDockersInTheirOrder() {
    assertThat(SubnetPools.freeV4(List.of(Subnet.parse("0.0.0.0/0")))).hasToString("172.17.0.0/16");
    assertThat(
            SubnetPools.freeV4(
                List.of(Subnet.parse("172.17.5.0/24"), Subnet.parse("172.18.0.0/15"))))
        .hasToString("172.20.0.0/16");
    assertThat(SubnetPools.freeV4(List.of(Subnet.parse("172.16.0.0/12"))))
        .hasToString("192.168.0.0/20");
    assertThatThrownBy(
            () ->
                SubnetPools.freeV4(
                    List.of(Subnet.parse("172.16.0.0/12"), Subnet.parse("192.168.0.0/16"))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("all predefined address pools have been fully subnetted");
  }

  @Test
  void anEnginesV6SubnetsShareItsPrefix() {
    var random = new Random(3);
    Subnet one = SubnetPools.freeV6("abcd", Set.of(), random);
    Subnet other = SubnetPools.freeV6("abcd", Set.of(one), random);
    assertThat(one).isNotEqualTo(other);
    assertThat(one.prefixLength()).isEqualTo(64);
    assertThat(new Subnet(one.base(), 48)).isEqualTo(new Subnet(other.base(), 48));
    assertThat(Subnet.parse("fd00::/8").contains(one.base())).isTrue();
    assertThat(new Subnet(SubnetPools.freeV6("x", Set.of(), random).base(), 48))
        .isNotEqualTo(new Subnet(one.base(), 48));
  }
}
