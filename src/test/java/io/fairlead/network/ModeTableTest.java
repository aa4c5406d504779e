package io.fairlead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.network.ModeTable.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The mode table, each cell of its first part by tcp and udp with {@code bridge-nf-call-iptables} 0
 * and 1. Every denial has its control.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModeTableTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** For what is dropped: that it was, and did not just take long, is seen by a counter. */
  private static final Duration SHORT = Duration.ofMillis(250);

  /** Made by the first test that needs it: the document is read without root. */
  private Optional<ModeTableLab> lab = Optional.empty();

  /** What becomes of those that are dropped where nothing drops; by mode, protocol and family. */
  private final Map<List<Object>, String> undropped = new HashMap<>();

  static Stream<Arguments> packets() {
    return ModeTable.cells().stream()
        .filter(Cell::isOfPackets)
        .flatMap(
            cell ->
                Stream.of("tcp", "udp")
                    .flatMap(
                        protocol ->
                            Stream.of(0, 1)
                                .map(bridgeNf -> Arguments.of(cell, protocol, bridgeNf))));
  }

  static Stream<Cell> others() {
    return ModeTable.cells().stream().filter(cell -> !cell.isOfPackets());
  }

  private ModeTableLab lab() {
    if (lab.isEmpty()) {
      lab = Optional.of(new ModeTableLab());
    }
    return lab.get();
  }

  @AfterAll
  void close() {
    lab.ifPresent(ModeTableLab::close);
  }

  @Test
  void theDocumentHasTheTable() throws IOException {
    assertThat(Files.readString(Path.of("docs/modes.md"))).contains(ModeTable.text());
    assertThat(ModeTable.cells()).hasSize(6 * (9 + 10));
  }

  @Tag("kernel")
  @ParameterizedTest(name = "{0}, {1}, bridge-nf {2}")
  @MethodSource("packets")
  void packetsGoAsInTheTable(Cell cell, String protocol, int bridgeNf) {
    lab().bridgeNetfilter(bridgeNf);
    switch (cell.answer()) {
      case "dropped" -> isDropped(cell, protocol);
      case "no address" -> {
        assertThat(found(cell, protocol, PATIENCE)).isEqualTo("no address");
        assertThat(lab().byOwnLoopback(cell.mode(), protocol, PATIENCE))
            .as("control: over its own loopback")
            .isEqualTo("reached");
      }
      default -> {
        assertThat(found(cell, protocol, PATIENCE)).isEqualTo(cell.answer());
        control(cell, protocol);
      }
    }
  }

  private String found(Cell cell, String protocol, Duration patience) {
    String mode = cell.mode();
    return switch (cell.claim()) {
      case "another host sees it as" -> lab().seenOutside(mode, protocol, false, patience);
      case "over IPv6, as" -> lab().seenOutside(mode, protocol, true, patience);
      case "from another host, at its address" ->
          lab().fromOutside(mode, protocol, false, patience);
      case "at its IPv6 address" -> lab().fromOutside(mode, protocol, true, patience);
      case "from another host, at a -p port" -> lab().byPublishedPort(mode, protocol, patience);
      case "from a neighbour, at its address" ->
          lab().fromNeighbour(mode, protocol, false, patience);
      case "from a neighbour, over IPv6" -> lab().fromNeighbour(mode, protocol, true, patience);
      case "to what web has on 127.0.0.1" -> lab().toLoopbackOfWeb(mode, protocol, patience);
      case "to what the host has on 127.0.0.1" -> lab().toLoopbackOfHost(mode, protocol, patience);
      default -> throw new IllegalArgumentException(cell.claim());
    };
  }

  private void isDropped(Cell cell, String protocol) {
    long before = lab().dropped();
    assertThat(found(cell, protocol, SHORT)).isEqualTo("silence");
    assertThat(lab().dropped()).as("counted").isGreaterThan(before);

    if (undropped.isEmpty()) {
      lab().withoutDropping(this::askAllThatIsDropped);
    }
    assertThat(undropped.get(List.of(cell.mode(), cell.claim(), protocol)))
        .as("control: without the rule")
        .isEqualTo("reached");
  }

  private void askAllThatIsDropped() {
    for (Cell cell : ModeTable.cells()) {
      for (String protocol : List.of("tcp", "udp")) {
        if (cell.answer().equals("dropped")) {
          undropped.put(
              List.of(cell.mode(), cell.claim(), protocol), found(cell, protocol, PATIENCE));
        }
      }
    }
  }

  /** What is refused to this mode is there, and answers another. */
  private void control(Cell cell, String protocol) {
    switch (cell.answer()) {
      case "unreachable" ->
          assertThat(found(inBridge(cell), protocol, PATIENCE))
              .as("control: from a bridge")
              .isEqualTo("host, by NAT");
      case "refused" -> {
        assertThat(lab().toTheirOwnLoopback(protocol, PATIENCE))
            .as("control: from web, from the host")
            .containsExactly("reached", "reached");
        assertThat(lab().byPublishedPort("bridge", protocol, PATIENCE))
            .as("control: at the -p port of a bridge")
            .isEqualTo("reached");
      }
      default -> {}
    }
  }

  private static Cell inBridge(Cell cell) {
    return new Cell(cell.claim(), "bridge", cell.answer(), cell.isOfPackets());
  }

  @Tag("kernel")
  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void portsAndFilesAreAsInTheTable(Cell cell) {
    String mode = cell.mode();
    String found =
        switch (cell.claim()) {
          case "binds a port that web has" -> lab().bindsPortOfWeb(mode);
          case "binds a port that the host has" -> lab().bindsPortOfHost(mode);
          case "-p" -> lab().publishesFreePort(mode);
          case "-p of a port that the host has" -> lab().publishesPortOfHost(mode);
          case "namespaces mnt, pid, uts, ipc" -> lab().namespaces(mode);
          case "files and processes" -> lab().filesAndProcesses(mode);
          case "hostname" -> lab().hostname(mode);
          case "/etc/hostname", "/etc/hosts", "/etc/resolv.conf" -> lab().file(mode, cell.claim());
          default -> throw new IllegalArgumentException(cell.claim());
        };
    assertThat(found).isEqualTo(cell.answer());
    if (cell.answer().equals("in use")) {
      assertThat(lab().bindsFreePort(mode)).as("control: a free port").isEqualTo("bound");
    }
  }
}
