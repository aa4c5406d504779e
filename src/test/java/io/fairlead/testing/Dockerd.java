package io.fairlead.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Debian's Docker as a peer to compare with: unpacked, never installed, in network, mount and
 * process namespaces of its own that end with it.
 */
public final class Dockerd implements AutoCloseable {
  /** The shell is the first process there: it reaps what daemons leave to it. */
  private static final String BORN =
      """
      ip link set lo up
      mount -t tmpfs tmpfs /run
      "$@" &
      read -r line || true
      kill -TERM $! && wait $!
      """;

  private final Path programs;
  private final Path work;
  private final Process namespaces;

  private Dockerd(Path programs, Path work) throws IOException {
    this.programs = programs;
    this.work = work;
    var line =
        new ProcessBuilder(
            List.of(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "bash",
                "-c",
                BORN,
                "dockerd",
                "dockerd",
                "--host=unix://" + socket(),
                "--data-root=" + work.resolve("data"),
                "--exec-root=/run/docker",
                "--pidfile=/run/docker.pid",
                "--storage-driver=overlay2"));
    line.environment().put("PATH", "%s:%s:%s".formatted(client(), sbin(), System.getenv("PATH")));
    line.environment().put("LD_LIBRARY_PATH", libraries().toString());
    line.redirectErrorStream(true).redirectOutput(work.resolve("log").toFile());
    namespaces = line.start();
  }

  /** Fetches it where it is not there yet, and starts it. */
  public static Dockerd open() {
    try {
      String folder = Command.run(List.of("script/lib/dockerd.sh")).succeeded().stdout().strip();
      var dockerd = new Dockerd(Path.of(folder), Files.createTempDirectory("fairlead-peer-"));
      await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> Files.exists(dockerd.socket()));
      return dockerd;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path socket() {
    return work.resolve("docker.sock");
  }

  /** The folder of its docker command. */
  public Path client() {
    return programs.resolve("usr/bin");
  }

  private Path sbin() {
    return programs.resolve("usr/sbin");
  }

  private Path libraries() throws IOException {
    try (var folders = Files.list(programs.resolve("usr/lib"))) {
      return folders
          .filter(folder -> folder.getFileName().toString().endsWith("-linux-gnu"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Override
  public void close() {
    try {
      namespaces.getOutputStream().close();
      if (!namespaces.waitFor(30, TimeUnit.SECONDS)) {
        namespaces.destroyForcibly().waitFor();
      }
      for (String parent : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
        removeEmptyCgroups(Path.of(parent));
      }
      Command.run(List.of("rm", "-rf", work.toString())).succeeded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeEmptyCgroups(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (var controllers = Files.list(parent)) {
      controllers
          .map(controller -> controller.resolve("docker"))
          .filter(Files::isDirectory)
          .forEach(folder -> folder.toFile().delete());
    }
  }
}
