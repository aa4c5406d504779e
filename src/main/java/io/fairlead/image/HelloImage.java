package io.fairlead.image;

import io.fairlead.EngineFault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The recipe of the built-in image: the machine's static busybox with its applets, and a page on
 * which the container shows its network as it sees it.
 */
final class HelloImage {
  /** Where Debian puts it. */
  static final List<Path> BUSYBOX = List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"));

  static final String COMMENT = "made by Fairlead of this machine's busybox";

  private static final String VERSION = "io.fairlead.hello";
  private static final int PT_INTERP = 3; // elf.h

  private final List<Path> places;

  HelloImage(List<Path> places) {
    this.places = places;
  }

  /**
   * Whether an image of this name needs no rebuilding: it was made of the same page, or it is
   * somebody's own.
   */
  boolean isCurrent(Image image) {
    String made = image.config().labels().get(VERSION);
    return made == null || made.equals(version());
  }

  List<String> changes() {
    return List.of(
        "ENV PATH=/bin",
        "EXPOSE 80",
        "CMD [\"/bin/hello\"]",
        "LABEL %s=%s org.opencontainers.image.title=fairlead/hello".formatted(VERSION, version()));
  }

  /**
   * The root file system, as a tar.
   *
   * @throws EngineFault if there is no static busybox
   */
  InputStream archive() {
    Path busybox = busybox();
    var bytes = new ByteArrayOutputStream(1 << 22);
    try (var tar = new TarArchiveOutputStream(bytes)) {
      for (var name : List.of("bin/", "dev/", "etc/", "proc/", "root/", "sys/", "var/", "www/")) {
        add(tar, name, 0755, new byte[0]);
      }
      add(tar, "tmp/", 01777, new byte[0]);
      add(tar, "www/cgi-bin/", 0755, new byte[0]);
      add(tar, "bin/busybox", 0755, Files.readAllBytes(busybox));
      for (String applet : applets(busybox)) {
        link(tar, "bin/" + applet, "busybox");
      }
      add(tar, "bin/hello", 0755, page("start.sh"));
      add(tar, "www/cgi-bin/index.cgi", 0755, page("index.cgi"));
      add(tar, "www/style.css", 0644, page("style.css"));
      add(
          tar,
          "etc/passwd",
          0644,
          ascii("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"));
      add(tar, "etc/group", 0644, ascii("root:x:0:\nnogroup:x:65534:\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private Path busybox() {
    var found = places.stream().filter(Files::isRegularFile).toList();
    if (found.isEmpty()) {
      throw new EngineFault(
          "%s is made of a static busybox, and none is at %s; install it (Debian: apt-get install busybox-static)"
              .formatted(Images.HELLO, places));
    }
    return found.stream()
        .filter(HelloImage::isStatic)
        .findFirst()
        .orElseThrow(
            () ->
                new EngineFault(
                    "%s is made of a static busybox, and %s is linked with shared libraries; install busybox-static (Debian: apt-get install busybox-static)"
                        .formatted(Images.HELLO, found.getFirst())));
  }

  /** Whether a file is an ELF program that asks for no dynamic loader. */
  static boolean isStatic(Path program) {
    try (var in = Files.newInputStream(program)) {
      var head = ByteBuffer.wrap(in.readNBytes(4096));
      if (head.limit() < 64 || head.getInt(0) != 0x7f454c46) {
        return false;
      }
      boolean is64 = head.get(4) == 2;
      head.order(head.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      long table = is64 ? head.getLong(32) : head.getInt(28); // e_phoff
      int size = head.getShort(is64 ? 54 : 42); // e_phentsize
      int count = head.getShort(is64 ? 56 : 44); // e_phnum
      for (int i = 0; i < count; i++) {
        long at = table + (long) i * size;
        if (at < 0 || at + 4 > head.limit() || head.getInt((int) at) == PT_INTERP) {
          return false;
        }
      }
      return count > 0;
    } catch (IOException e) {
      throw new EngineFault("cannot read %s: %s".formatted(program, e.getMessage()), e);
    }
  }

  private static List<String> applets(Path busybox) throws IOException {
    var process = new ProcessBuilder(busybox.toString(), "--list").start();
    try (var in = process.getInputStream()) {
      process.getOutputStream().close();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(applet -> !applet.equals("busybox") && !applet.contains("/"))
          .toList();
    } finally {
      process.destroy();
    }
  }

  private static String version() {
    return Version.OF_THE_PAGE;
  }

  /** Read once, when it is first asked for. */
  private static final class Version {
    static final String OF_THE_PAGE = compute();

    private static String compute() {
      var digest = Digests.sha256();
      for (var name : List.of("start.sh", "index.cgi", "style.css")) {
        digest.update(page(name));
      }
      return Digests.brief(Digests.name(digest));
    }
  }

  private static byte[] page(String name) {
    try (var in = HelloImage.class.getResourceAsStream("hello/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks hello/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void add(TarArchiveOutputStream tar, String name, int mode, byte[] content)
      throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setModTime(0);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream tar, String name, String target)
      throws IOException {
    var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    entry.setModTime(0);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }
}
