package io.fairlead.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The harness itself: hosts reach each other by wire and by route, and not otherwise. */
@Tag("kernel")
class TestHostTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  @Test
  void hostsOnOneWireReachEachOther() {
    try (var a = TestHost.create("a");
        var b = TestHost.create("b")) {
      a.link(b, "10.9.0.1/24", "10.9.0.2/24");
      a.address("to-b", "fd09::1/64");
      b.address("to-a", "fd09::2/64");
      b.serveHttp("0.0.0.0", 8000, from -> "hello " + from.getAddress().getHostAddress());
      b.serveHttp("::", 8001, from -> "hello");
      b.serveUdp("10.9.0.2", 53, from -> "answer");

      assertThat(a.httpGet("http://10.9.0.2:8000/")).isEqualTo("hello 10.9.0.1");
      assertThat(a.httpGet("http://[fd09::2]:8001/")).isEqualTo("hello");
      assertThat(a.tryUdp("10.9.0.2", 53, "ask", SHORT)).contains("answer");
      assertThat(a.tryHttpGet("http://10.9.0.2:8002/", SHORT)).isEmpty();
      assertThat(a.tryUdp("10.9.0.2", 54, "ask", SHORT)).isEmpty();
    }
  }

  @Test
  void aRouteLeadsThroughAHostThatForwards() {
    try (var client = TestHost.create("client");
        var middle = TestHost.create("middle");
        var far = TestHost.create("far")) {
      client.link(middle, "10.8.0.2/24", "10.8.0.1/24");
      middle.link(far, "10.7.0.1/24", "10.7.0.2/24");
      middle.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
      client.route("10.7.0.0/24", "10.8.0.1");
      far.route("default", "10.7.0.1");
      far.serveHttp("0.0.0.0", 80, from -> from.getAddress().getHostAddress());

      assertThat(client.httpGet("http://10.7.0.2/")).isEqualTo("10.8.0.2");
    }
  }
}
