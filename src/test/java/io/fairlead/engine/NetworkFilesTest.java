package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkFilesTest {

  @Test
  void hostsNameTheContainerAtEachOfItsAddresses() {
    assertThat(NetworkFiles.hosts("web", List.of("172.17.0.2", "fd00::2"), true))
        .startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost")
        .endsWith("172.17.0.2\tweb\nfd00::2\tweb\n");
    assertThat(NetworkFiles.hosts("web", List.of(), false)).isEqualTo("127.0.0.1\tlocalhost\n");
  }

  @Test
  void serversThatOnlyTheHostReachesAreLeftOut() {
    String host =
        """
        search example.org
        nameserver 127.0.0.1
        nameserver 10.0.0.1
        nameserver ::1
        nameserver fe80::1%eth0
        nameserver fd00::1
        options edns0
        """;

    assertThat(NetworkFiles.resolvConf(host, false))
        .isEqualTo("search example.org\nnameserver 10.0.0.1\noptions edns0\n");
    assertThat(NetworkFiles.resolvConf(host, true)).contains("nameserver fd00::1\n");
  }

  @Test
  void withoutAnyServerThereIsAFallback() {
    assertThat(NetworkFiles.needsFallback("nameserver 127.0.0.53\n", false)).isTrue();
    assertThat(NetworkFiles.resolvConf("nameserver 127.0.0.53\n", false))
        .isEqualTo("nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
    assertThat(NetworkFiles.resolvConf("", true)).contains("2001:4860:4860::8888");
  }
}
