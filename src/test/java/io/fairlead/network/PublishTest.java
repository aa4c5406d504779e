package io.fairlead.network;

import static io.fairlead.network.NetworkFixture.publishing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import io.fairlead.testing.TestHost;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Published ports and leases over the life of a sandbox. */
@Tag("kernel")
class PublishTest {
  private static final Duration SOON = Duration.ofMillis(500);

  private final NetworkFixture fixture = new NetworkFixture();
  private final TestHost outside = TestHost.create("outside");

  @BeforeEach
  void wire() {
    fixture.host.link(outside, "198.51.100.1/24", "198.51.100.2/24");
  }

  @AfterEach
  void close() {
    fixture.close();
    outside.close();
  }

  @Test
  void aPublishedPortIsReachedFromElsewhereAndFromTheHost() {
    String id = fixture.start("web", publishing("80/tcp", "", "8080"));
    fixture.serve(id, 80, "hello");

    assertThat(outside.httpGet("http://198.51.100.1:8080/")).isEqualTo("hello");
    assertThat(fixture.host.httpGet("http://198.51.100.1:8080/")).isEqualTo("hello");
    assertThat(fixture.host.httpGet("http://127.0.0.1:8080/")).isEqualTo("hello");
  }

  @Test
  void aStoppedOwnerWithdrawsItsPortsAndComesBackWithTheSameAddress() {
    String id = fixture.start("web", publishing("80/tcp", "", "8080"));
    var address = fixture.endpoint(id).address();
    fixture.stop(id);
    assertThat(outside.tryHttpGet("http://198.51.100.1:8080/", SOON)).isEmpty();
    assertThat(fixture.networks.drift()).isEmpty();

    fixture.start("other", publishing("80/tcp", "", "8081"));
    fixture.restart(id, "web", publishing("80/tcp", "", "8080"));
    fixture.serve(id, 80, "again");

    assertThat(fixture.endpoint(id).address()).isEqualTo(address);
    assertThat(outside.httpGet("http://198.51.100.1:8080/")).isEqualTo("again");
  }

  @Test
  void aTakenPortNamesItsHolderAndChangesNothing() {
    fixture.start("web", publishing("80/tcp", "", "8080"));

    assertThatThrownBy(() -> fixture.start("other", publishing("80/tcp", "127.0.0.1", "8080")))
        .isInstanceOf(EngineFault.class)
        .hasMessageContaining("port is already allocated")
        .hasMessageContaining("container web");
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void aStartWhoseRecordIsRolledBackGivesItsPortsBack() {
    String id = fixture.create("web");
    try (var allocation = fixture.networks.allocate(id, publishing("80/tcp", "", "8080"))) {
      assertThatThrownBy(
              () ->
                  fixture.store.update(
                      records -> {
                        allocation.record(records);
                        throw new IllegalStateException("the disk is full");
                      }))
          .hasMessage("the disk is full");
    }
    String other = fixture.start("other", publishing("80/tcp", "", "8080"));
    fixture.serve(other, 80, "other");

    assertThat(outside.httpGet("http://198.51.100.1:8080/")).isEqualTo("other");
    assertThat(fixture.networks.drift()).isEmpty();
  }

  @Test
  void anEqualRangeIsOneElementAndAShiftedOneIsExact() {
    String equal = fixture.start("equal", publishing("8000-8010/tcp", "", "8000-8010"));
    String shifted = fixture.start("shifted", publishing("80-81/tcp", "", "9080-9081"));
    fixture.serve(equal, 8007, "seven");
    fixture.serve(shifted, 81, "shifted");

    assertThat(outside.httpGet("http://198.51.100.1:8007/")).isEqualTo("seven");
    assertThat(outside.httpGet("http://198.51.100.1:9081/")).isEqualTo("shifted");
    String rules = fixture.host.exec("nft", "list", "table", "inet", "fairlead_0badcafe").stdout();
    assertThat(rules).contains("tcp . 8000-8010 : ").contains("tcp . 9080 : ", "tcp . 9081 : ");
    fixture.stop(equal);
    fixture.stop(shifted);
    assertThat(fixture.networks.drift()).isEmpty();
  }
}
