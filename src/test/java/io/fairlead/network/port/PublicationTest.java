package io.fairlead.network.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.network.address.Addresses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicationTest {

  @ParameterizedTest
  @CsvSource({
    "80, '', '', 'tcp 80 <- * ephemeral'",
    "80/tcp, '', 0, 'tcp 80 <- * ephemeral'",
    "80/tcp, '', 8080, 'tcp 80 <- * 8080'",
    "80/TCP, '', 8080/tcp, 'tcp 80 <- * 8080'",
    "53/udp, 127.0.0.1, 53, 'udp 53 <- 127.0.0.1 53'",
    "80/tcp, ::1, 80, 'tcp 80 <- ::1 80'",
    "80/tcp, [::], 80, 'tcp 80 <- :: 80'",
    "80/tcp, '', 8000-9000, 'tcp 80 <- * one of 8000-9000'",
    "8000-8002/tcp, '', 9000-9002, 'tcp 8000-8002 <- * 9000-9002'",
    "8000-8001/tcp, '', '', 'tcp 8000 <- * ephemeral; tcp 8001 <- * ephemeral'",
  })
  void aBindingIsUnderstood(String key, String ip, String port, String expected) {
    assertThat(words(Publication.of(Set.of(), bindings(key, ip, port), false))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 80, 'invalid port specification: \"\": invalid port range: : a port is a number from 1 to 65535'",
    "0/tcp, '', 80, 'invalid port specification: \"0/tcp\": invalid port range: 0: a port is a number from 1 to 65535'",
    "65536, '', 80, 'invalid port specification: \"65536\": invalid port range: 65536: a port is a number from 1 to 65535'",
    "9-8, '', 80, 'invalid port specification: \"9-8\": invalid port range: 9-8: the first port is above the last'",
    "80/icmp, '', 80, 'invalid port specification: \"80/icmp\": invalid proto: icmp'",
    "80, '', x, 'invalid port specification: \"x\": invalid port range: x: a port is a number from 1 to 65535'",
    "80, '', -1, 'invalid port specification: \"-1\": invalid port range: -1: a port is a number from 1 to 65535'",
    "80, '', 99999999999, 'invalid port specification: \"99999999999\": invalid port range: 99999999999: a port is a number from 1 to 65535'",
    "80, '', 80/udp, 'invalid port specification: \"80/udp\": the container''s port is of tcp'",
    "80, localhost, 80, 'invalid IP address: localhost'",
    "80, 10.0.0.256, 80, 'invalid IP address: 10.0.0.256'",
    "80-81, '', 90-95, 'invalid ranges specified for container and host Ports: 80-81 and 90-95'",
    "80-81, '', 90, 'invalid ranges specified for container and host Ports: 80-81 and 90'",
  })
  void aMalformedBindingIsRefused(String key, String ip, String port, String message) {
    assertThatThrownBy(() -> Publication.of(Set.of(), bindings(key, ip, port), false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
  }

  @Test
  void sctpIsRefusedForNow() {
    assertThatThrownBy(() -> Publication.of(Set.of(), bindings("80/sctp", "", "80"), false))
        .isInstanceOf(NotBuilt.class)
        .hasMessageContaining("sctp");
  }

  @Test
  void anEmptyListOfBindingsIsOneEphemeralPort() {
    assertThat(words(Publication.of(Set.of(), Map.of("80/tcp", List.of()), false)))
        .isEqualTo("tcp 80 <- * ephemeral");
  }

  @Test
  void publishAllTakesWhatNoBindingNames() {
    var exposed = Set.of("80/tcp", "80/udp", "90-91/tcp", "100");
    assertThat(words(Publication.of(exposed, bindings("80/tcp", "", "8080"), true)))
        .isEqualTo(
            "tcp 80 <- * 8080; tcp 90 <- * ephemeral; tcp 91 <- * ephemeral; tcp 100 <- * ephemeral; udp 80 <- * ephemeral");
    assertThat(words(Publication.of(exposed, bindings("80/tcp", "", "8080"), false)))
        .isEqualTo("tcp 80 <- * 8080");
    assertThatThrownBy(() -> Publication.of(Set.of("x"), Map.of(), false))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void portsThatFollowEachOtherAreOneRange() {
    var bindings = new LinkedHashMap<String, List<PortBinding>>();
    for (int port = 8000; port <= 9000; port++) {
      bindings.put(port + "/tcp", List.of(new PortBinding("", Integer.toString(port + 1))));
    }
    bindings.put("9001/tcp", List.of(new PortBinding("127.0.0.1", "9002")));
    bindings.put("9002/tcp", List.of(new PortBinding("127.0.0.1", "9100")));
    assertThat(words(Publication.of(Set.of(), bindings, false)))
        .isEqualTo(
            "tcp 8000-9000 <- * 8001-9001; tcp 9001 <- 127.0.0.1 9002; tcp 9002 <- 127.0.0.1 9100");
  }

  @ParameterizedTest
  @CsvSource({
    "80/tcp, '', 8080, 81/tcp, '', 8080",
    "80/tcp, '', 8080, 81/tcp, 127.0.0.1, 8080",
    "80/tcp, '', 8080, 81/tcp, ::1, 8080",
    "80/tcp, 0.0.0.0, 8080, 81/tcp, 127.0.0.1, 8080",
    "80-90/tcp, '', 8080-8090, 91/tcp, '', 8085",
    "80/tcp, ::, 8080, 81/tcp, ::1, 8080",
  })
  void onePortTwiceInARequestIsRefused(
      String key, String ip, String port, String key2, String ip2, String port2) {
    var both = new LinkedHashMap<>(bindings(key, ip, port));
    both.putAll(bindings(key2, ip2, port2));
    assertThatThrownBy(() -> Publication.of(Set.of(), both, false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is asked for twice in one request");
  }

  @Test
  void theSameBindingTwiceIsRefused() {
    var twice = List.of(new PortBinding("", "80"), new PortBinding("", "80"));
    assertThatThrownBy(() -> Publication.of(Set.of(), Map.of("80/tcp", twice), false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageStartingWith("port 80/tcp on 0.0.0.0 is asked for twice in one request");
  }

  @ParameterizedTest
  @CsvSource({
    "80/tcp, '', 8080, 80/udp, '', 8080",
    "80/tcp, 127.0.0.1, 8080, 81/tcp, 127.0.0.2, 8080",
    "80/tcp, 0.0.0.0, 8080, 81/tcp, ::, 8080",
  })
  void portsThatDoNotExcludeEachOtherArePublishedTogether(
      String key, String ip, String port, String key2, String ip2, String port2) {
    var both = new LinkedHashMap<>(bindings(key, ip, port));
    both.putAll(bindings(key2, ip2, port2));
    assertThat(Publication.of(Set.of(), both, false)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "80, 80/tcp@:",
    "8080:80, 80/tcp@:8080",
    "8080:80/udp, 80/udp@:8080",
    "8080:80/UDP, 80/udp@:8080",
    "127.0.0.1:8080:80, 80/tcp@127.0.0.1:8080",
    "127.0.0.1::80, 80/tcp@127.0.0.1:",
    "[::1]:80:80, 80/tcp@::1:80",
    "::1:80:80, 80/tcp@::1:80",
    ":::80:80, 80/tcp@:::80",
    "[::1]::80, 80/tcp@::1:",
    "8000-9000:80, 80/tcp@:8000-9000",
    "8000-8001:80-81, '80/tcp@:8000 81/tcp@:8001'",
    "80-81, '80/tcp@: 81/tcp@:'",
    "0:80, 80/tcp@:0",
  })
  void aPublishFlagIsReadAsDockerDoes(String flag, String expected) {
    var texts = new ArrayList<String>();
    for (PublishFlag part : PublishFlag.parse(flag)) {
      texts.add(
          part.containerPort() + "@" + part.binding().hostIp() + ":" + part.binding().hostPort());
    }
    assertThat(String.join(" ", texts)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'', no port specified: <empty>",
    "80:, no port specified: 80:<empty>",
    "x, 'invalid containerPort: x (invalid port range: x: a port is a number from 1 to 65535)'",
    "80:0, 'invalid containerPort: 0 (invalid port range: 0: a port is a number from 1 to 65535)'",
    "x:80, 'invalid hostPort: x (invalid port range: x: a port is a number from 1 to 65535)'",
    "9-8:80, 'invalid hostPort: 9-8 (invalid port range: 9-8: the first port is above the last)'",
    "70000:80, 'invalid hostPort: 70000 (invalid port range: 70000: a port is a number from 1 to 65535)'",
    "localhost:80:80, invalid IP address: localhost",
    "1.2.3:80:80, invalid IP address: 1.2.3",
    "80:80/icmp, invalid proto: icmp",
    "8000-8002:80-81, 'invalid ranges specified for container and host Ports: 80-81 and 8000-8002'",
    "8000:80-81, 'invalid ranges specified for container and host Ports: 80-81 and 8000'",
    "1-2-3, 'invalid containerPort: 1-2-3 (invalid port range: 1-2-3: a port is a number from 1 to 65535)'",
  })
  void aMalformedPublishFlagIsRefusedInDockersWords(String flag, String message) {
    assertThatThrownBy(() -> PublishFlag.parse(flag))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message);
  }

  private static Map<String, List<PortBinding>> bindings(String key, String ip, String port) {
    return Map.of(key, List.of(new PortBinding(ip, port)));
  }

  private static String words(List<Publication> publications) {
    return String.join("; ", publications.stream().map(PublicationTest::words).toList());
  }

  private static String words(Publication publication) {
    String host =
        switch (publication.host()) {
          case HostChoice.Ephemeral() -> "ephemeral";
          case HostChoice.OneOf(PortRange range) -> "one of " + range;
          case HostChoice.Exactly(PortRange range) -> range.toString();
        };
    String address = publication.hostAddress().map(Addresses::text).orElse("*");
    return String.join(
        " ",
        Arrays.asList(
            publication.protocol().toString(),
            publication.container().toString(),
            "<-",
            address,
            host));
  }
}
