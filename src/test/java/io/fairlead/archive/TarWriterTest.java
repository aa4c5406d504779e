package io.fairlead.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TarWriterTest {
  private static final long SECOND = 1_700_000_000;

  private static TarEntry entry(String name, TarEntry.Type type, String link, long size) {
    return new TarEntry(name, type, link, 0644, 0, 0, SECOND, 0, size, 0, 0, Map.of());
  }

  static Stream<TarEntry> entries() {
    return Stream.of(
        entry("file", TarEntry.Type.FILE, "", 5),
        entry("folder/", TarEntry.Type.DIRECTORY, "", 0),
        entry("link", TarEntry.Type.SYMLINK, "../there", 0),
        entry("again", TarEntry.Type.HARD_LINK, "file", 0),
        entry("pipe", TarEntry.Type.FIFO, "", 0),
        entry("n".repeat(100), TarEntry.Type.FILE, "", 0),
        entry("n".repeat(101), TarEntry.Type.FILE, "", 5),
        entry("d/".repeat(1000) + "x", TarEntry.Type.FILE, "", 5),
        entry("link", TarEntry.Type.SYMLINK, "t".repeat(3000), 0),
        entry("\u00ff\u00fe no UTF-8", TarEntry.Type.FILE, "", 0),
        new TarEntry(
            "tty", TarEntry.Type.CHARACTER_DEVICE, "", 0620, 0, 5, SECOND, 0, 0, 4, 64, Map.of()),
        new TarEntry(
            "disk", TarEntry.Type.BLOCK_DEVICE, "", 0660, 0, 6, SECOND, 0, 0, 8, 300, Map.of()),
        new TarEntry("s", TarEntry.Type.FILE, "", 07755, 07777777, 1, SECOND, 0, 0, 0, 0, Map.of()),
        new TarEntry(
            "u", TarEntry.Type.FILE, "", 0, 0xfffffffeL, 1L << 22, SECOND, 1, 0, 0, 0, Map.of()),
        new TarEntry(
            "then", TarEntry.Type.FILE, "", 0, 0, 0, SECOND, 999_999_999, 0, 0, 0, Map.of()),
        new TarEntry(
            "before", TarEntry.Type.FILE, "", 0, 0, 0, -2, 500_000_000, 0, 0, 0, Map.of()));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void whatIsWrittenIsRead(TarEntry entry) throws IOException {
    byte[] archive = archive(List.of(entry));

    var reader = new TarReader(new ByteArrayInputStream(archive), true);
    assertThat(reader.next()).contains(entry);
    byte[] content = new byte[16];
    assertThat(reader.read(content)).isEqualTo(entry.sizeBytes() == 0 ? -1 : 5);
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void attributesAreBytes() throws IOException {
    byte[] value = {0, 1, (byte) 0xff, '\n', '=', 'x'};
    var entry =
        new TarEntry(
            "f",
            TarEntry.Type.FILE,
            "",
            0755,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            Map.of("security.capability", value));

    var reader = new TarReader(new ByteArrayInputStream(archive(List.of(entry))), true);

    var read = reader.next().orElseThrow();
    assertThat(read.attributes()).containsOnlyKeys("security.capability");
    assertThat(read.attributes().get("security.capability")).isEqualTo(value);
  }

  @Test
  void theTarCommandReadsIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.tar");
    Files.write(file, archive(entries().toList()));

    String list = Command.run(List.of("tar", "-tf", file.toString())).succeeded().stdout();

    assertThat(list.lines()).hasSize((int) entries().count()).contains("file", "folder/", "tty");
  }

  @Test
  void aFileThatShrankIsFilledUp() throws IOException {
    var out = new ByteArrayOutputStream();
    var tar = new TarWriter(out);
    tar.begin(entry("f", TarEntry.Type.FILE, "", 1000));
    tar.write("short".getBytes(StandardCharsets.UTF_8), 5);
    tar.end();
    tar.finish();

    var reader = new TarReader(new ByteArrayInputStream(out.toByteArray()), true);
    assertThat(reader.next().orElseThrow().sizeBytes()).isEqualTo(1000);
    assertThat(reader.next()).isEmpty();
  }

  private static byte[] archive(List<TarEntry> entries) throws IOException {
    var out = new ByteArrayOutputStream();
    var tar = new TarWriter(out);
    for (TarEntry entry : entries) {
      tar.begin(entry);
      tar.write("hello, and more".getBytes(StandardCharsets.UTF_8), 15);
      tar.end();
    }
    tar.finish();
    return out.toByteArray();
  }
}
