package io.fairlead.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Main;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon with a heap of 128 MiB takes in an image of 2 GiB, and gives it out again. */
@Tag("acceptance")
@Timeout(900)
class LargeImageTest {
  private static final long FILE_BYTES = 2L << 30;
  private static final int SMALL_FILES = 2000;
  private static final int BLOCK = 512;

  @TempDir Path folder;

  @Test
  void twoGibibytesAreLoadedAndSavedWithAHeapOf128Mebibytes() throws Exception {
    Path archive = writeArchive();
    try (var host = TestHost.create("large");
        var engine = TestEngine.open(host)) {
      engine.engine().close();
      Path socket = folder.resolve("api.sock");
      Process daemon = startDaemon(engine, host, socket);
      try {
        String docker = "docker -H unix://%s ".formatted(socket);
        assertThat(shell(host, docker + "load -q -i " + archive))
            .isEqualTo("Loaded image: large:1\n");
        // The engine compares the layer's digest while it writes it.
        assertThat(Long.parseLong(shell(host, docker + "save large:1 | wc -c").strip()))
            .isGreaterThan(FILE_BYTES);
        assertThat(shell(host, docker + "rmi large:1")).contains("Deleted: sha256:");
      } finally {
        daemon.destroy();
        assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      engine.restart();
      // The daemon's log, which is not the engine's.
      Files.delete(engine.config().dataRoot().resolveSibling("data.log"));
    }
  }

  static Process startDaemon(TestEngine engine, TestHost host, Path socket) throws IOException {
    var config = engine.config();
    var process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + host.namespace().path(),
                "--",
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "daemon",
                "-H",
                "unix://" + socket,
                "--data-root",
                config.dataRoot().toString(),
                "--exec-root",
                config.execRoot().toString(),
                "--report-ready")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    var said = new ArrayList<String>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.add(line);
      if (line.strip().equals("ready")) {
        return process;
      }
    }
    throw new AssertionError("the daemon did not come up: " + said);
  }

  static String shell(TestHost host, String line) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + host.namespace().path(),
                "--",
                "bash",
                "-o",
                "pipefail",
                "-c",
                line)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(line).isZero();
    return output;
  }

  /** Sparse on the disk: the large file's content is zeros. */
  private Path writeArchive() throws Exception {
    var smallFiles = smallFiles();
    byte[] head = header("large", FILE_BYTES);
    long layerBytes = head.length + FILE_BYTES + smallFiles.length + 2L * BLOCK;
    String config =
        """
        {"architecture":"%s","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
        """
            .formatted(architecture(), diffId(head, smallFiles))
            .strip();
    String manifest =
        """
        [{"Config":"config.json","RepoTags":["large:1"],"Layers":["layer.tar"]}]
        """
            .strip();
    Path archive = folder.resolve("large.tar");
    try (var file = new RandomAccessFile(archive.toFile(), "rw")) {
      put(file, "manifest.json", manifest.getBytes(UTF_8));
      put(file, "config.json", config.getBytes(UTF_8));
      file.write(header("layer.tar", layerBytes));
      file.write(head);
      file.seek(file.getFilePointer() + FILE_BYTES);
      file.write(smallFiles);
      file.write(new byte[2 * BLOCK]);
      file.write(new byte[2 * BLOCK]);
    }
    return archive;
  }

  private static byte[] smallFiles() {
    var all = ByteBuffer.allocate(SMALL_FILES * 2 * BLOCK);
    for (int i = 0; i < SMALL_FILES; i++) {
      all.put(header("small/" + i, 5)).put(padded("small".getBytes(UTF_8)));
    }
    return all.array();
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private static String diffId(byte[] head, byte[] smallFiles) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256");
    digest.update(head);
    byte[] zeros = new byte[1 << 20];
    for (long left = FILE_BYTES; left > 0; left -= zeros.length) {
      digest.update(zeros);
    }
    digest.update(smallFiles);
    digest.update(new byte[2 * BLOCK]);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void put(RandomAccessFile file, String name, byte[] content) throws IOException {
    file.write(header(name, content.length));
    file.write(padded(content));
  }

  private static byte[] padded(byte[] content) {
    return ByteBuffer.allocate((content.length + BLOCK - 1) / BLOCK * BLOCK).put(content).array();
  }

  private static byte[] header(String name, long size) {
    var entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0L);
    byte[] block = new byte[BLOCK];
    entry.writeEntryHeader(block);
    return block;
  }
}
