package io.fairlead.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.EngineFault;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NftablesKernelTest {
  private static final String SKELETON =
      """
      add table inet t
      add map inet t ports { type inet_service : ipv4_addr . inet_service; }
      """;

  @Test
  void elementsComeAndGoInTransactions() {
    inside(
        () -> {
          try (var nft = Nftables.open()) {
            nft.run(SKELETON);
            nft.run("add element inet t ports { 8080 : 10.0.0.2 . 80 }");
            assertThat(nft.run("list map inet t ports")).contains("8080 : 10.0.0.2 . 80");
            nft.run(
                """
                delete element inet t ports { 8080 }
                add element inet t ports { 8081 : 10.0.0.2 . 80 }
                """);
            assertThat(nft.run("list map inet t ports")).contains("8081").doesNotContain("8080");
          }
          return null;
        });
  }

  @Test
  void aRefusedTransactionChangesNothingAndSaysWhy() {
    inside(
        () -> {
          try (var nft = Nftables.open()) {
            nft.run(SKELETON);
            assertThatThrownBy(
                    () ->
                        nft.run(
                            """
                            add element inet t ports { 8080 : 10.0.0.2 . 80 }
                            delete element inet t ports { 9999 }
                            """))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("No such file or directory")
                .hasMessageContaining("delete element inet t ports { 9999 }");
            assertThat(nft.run("list map inet t ports")).doesNotContain("8080");
            assertThatThrownBy(() -> nft.run("add nonsense")).hasMessageContaining("syntax error");
            assertThat(nft.run("list tables")).isEqualTo("table inet t\n");
          }
          return null;
        });
  }

  @Test
  void outputComesInTheFormAskedFor() {
    inside(
        () -> {
          try (var nft = Nftables.open()) {
            nft.run(SKELETON + "add element inet t ports { 8080 : 10.0.0.2 . 80 }");
            assertThat(nft.run("list ruleset", Set.of(Nftables.Output.JSON)))
                .startsWith("{\"nftables\": [");
            assertThat(nft.run("list ruleset", Set.of(Nftables.Output.TERSE)))
                .contains("map ports")
                .doesNotContain("8080");
            assertThat(nft.run("list ruleset", Set.of(Nftables.Output.HANDLE)))
                .contains("# handle ");
            assertThat(nft.run("list ruleset")).doesNotContain("handle");
          }
          return null;
        });
  }

  @Test
  void anotherThreadMayNotUseIt() {
    inside(
        () -> {
          try (var nft = Nftables.open()) {
            assertThatThrownBy(() -> NetNamespace.onThread("other", () -> nft.run("list tables")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used by the thread that opened it");
          }
          return null;
        });
  }

  private static void inside(Callable<Void> action) {
    try (var namespace = PrivateNamespace.make()) {
      namespace.call(action);
    }
  }
}
