package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.network.PortTable.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The port table, each cell by tcp and udp, with {@code bridge-nf-call-iptables} 0 and 1. Where
 * nobody is reached, the same asker reaches the same container at the same address by a port that
 * is published on all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortTableTest {
  private static final String EVERYWHERE = "8080:80";

  private final Map<Boolean, PortTableLab> labs = new HashMap<>();

  static Stream<Arguments> cells() {
    return PortTable.cells().stream()
        .flatMap(
            cell ->
                Stream.of("tcp", "udp")
                    .flatMap(
                        protocol ->
                            Stream.of(0, 1)
                                .map(bridgeNf -> Arguments.of(cell, protocol, bridgeNf))));
  }

  @Tag("kernel")
  @ParameterizedTest(name = "{0}, {1}, bridge-nf {2}")
  @MethodSource("cells")
  void isAsInTheTable(Cell cell, String protocol, int bridgeNf) {
    PortTableLab lab = labs.computeIfAbsent(cell.hasIpv6(), PortTableLab::new);
    lab.bridgeNetfilter(bridgeNf);

    assertThat(lab.ask(cell.asker(), protocol, cell.published()))
        .isEqualTo(lab.expected(cell.asker(), cell.answer()));
    if (cell.answer().equals("refused")) {
      assertThat(lab.ask(cell.asker(), protocol, EVERYWHERE))
          .as("control: a port that is published on all addresses")
          .isEqualTo(lab.expected(cell.asker(), answerOf(cell)));
    }
  }

  /** What the table says where the port is published everywhere. */
  private static String answerOf(Cell refused) {
    return PortTable.cells().stream()
        .filter(cell -> cell.hasIpv6() == refused.hasIpv6())
        .filter(cell -> cell.asker().equals(refused.asker()))
        .filter(cell -> cell.published().equals(EVERYWHERE))
        .map(Cell::answer)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theDocumentHasTheTable() throws IOException {
    assertThat(Files.readString(Path.of("docs/ports.md"))).contains(PortTable.text());
    assertThat(PortTable.cells()).hasSize(8 * 8 + 8 * 10);
  }

  @AfterAll
  void close() {
    labs.values().forEach(PortTableLab::close);
  }
}
