package io.fairlead.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Who reaches what by a published port, as people read it: {@code port-table.txt}. */
final class PortTable {

  /**
   * @param hasIpv6 whether the container has IPv6
   * @param published as behind {@code -p}, or {@code -P}
   * @param asker a column of the table
   * @param answer {@code client}: reached, and the server sees the client's own address; {@code
   *     gateway}: it sees the bridge's; {@code refused}: not reached, and told so at once
   */
  record Cell(boolean hasIpv6, String published, String asker, String answer) {}

  private PortTable() {}

  static String text() {
    try (var in = PortTable.class.getResourceAsStream("port-table.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Cell> cells() {
    var cells = new ArrayList<Cell>();
    boolean hasIpv6 = false;
    List<String> askers = List.of();
    for (String line : text().lines().toList()) {
      List<String> words = Arrays.asList(line.split(" {2,}", -1));
      if (line.startsWith("A container")) {
        hasIpv6 = line.contains("IPv6");
      } else if (words.getFirst().equals("-p")) {
        askers = words;
      } else if (words.size() > 1 && !line.startsWith("---")) {
        for (int i = 1; i < words.size(); i++) {
          cells.add(new Cell(hasIpv6, words.getFirst(), askers.get(i), words.get(i)));
        }
      }
    }
    return cells;
  }
}
