package io.fairlead.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What a container can do in each mode, as people read it: {@code mode-table.txt}. */
final class ModeTable {

  /**
   * @param claim the beginning of a line
   * @param mode a column, as behind {@code --network}
   */
  record Cell(String claim, String mode, String answer, boolean isOfPackets) {
    @Override
    public String toString() {
      return "%s: %s: %s".formatted(mode, claim, answer);
    }
  }

  private ModeTable() {}

  static String text() {
    try (var in = ModeTable.class.getResourceAsStream("mode-table.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first part of the table is about packets: it holds for tcp and udp. */
  static List<Cell> cells() {
    var cells = new ArrayList<Cell>();
    List<String> lines = text().lines().toList();
    List<String> modes = words(lines.getFirst());
    boolean isOfPackets = true;
    for (String line : lines.subList(2, lines.size())) {
      List<String> words = words(line);
      isOfPackets &= !line.isEmpty();
      for (int i = 1; i < words.size(); i++) {
        cells.add(new Cell(words.getFirst(), modes.get(i), words.get(i), isOfPackets));
      }
    }
    return cells;
  }

  private static List<String> words(String line) {
    return Arrays.asList(line.split(" {2,}", -1));
  }
}
