package io.fairlead.testing;

import io.fairlead.image.Image;
import io.fairlead.image.Images;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An image of nothing but the machine's static busybox: {@code busybox:latest}. */
final class BusyboxImage {
  static final String NAME = "busybox:latest";

  private BusyboxImage() {}

  static Image importInto(Images images) {
    return images.importRoot(
        new ByteArrayInputStream(tar()), Optional.of(NAME), "", List.of("CMD [\"sh\"]"));
  }

  static byte[] tar() {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes)) {
      for (var folder : List.of("bin/", "etc/", "root/", "tmp/", "var/", "www/")) {
        tar.putArchiveEntry(new TarArchiveEntry(folder));
        tar.closeArchiveEntry();
      }
      Path busybox = binary();
      file(tar, "bin/busybox", 0755, Files.readAllBytes(busybox));
      for (var applet :
          Command.run(List.of(busybox.toString(), "--list")).stdout().lines().toList()) {
        if (!applet.equals("busybox")) {
          var link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
          link.setLinkName("busybox");
          tar.putArchiveEntry(link);
          tar.closeArchiveEntry();
        }
      }
      text(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/www:/bin/sh\n");
      text(tar, "etc/group", "root:x:0:\nwww:x:33:\n");
      text(tar, "etc/not-executable", "#!/bin/sh\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Path binary() {
    return Stream.of("/bin/busybox", "/usr/bin/busybox")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no static busybox: install busybox-static"));
  }

  private static void text(TarArchiveOutputStream tar, String name, String text)
      throws IOException {
    file(tar, name, 0644, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void file(TarArchiveOutputStream tar, String name, int mode, byte[] content)
      throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
