package io.fairlead.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Debian's Docker as a peer: to compare with, or to live beside. Unpacked, never installed, in
 * mount and process namespaces of its own that end with it.
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

  private static final String IMAGE = "theirs";

  private final Path programs;
  private final Path work;
  private final List<String> line = new ArrayList<>();
  private Process namespaces;

  private Dockerd(Path programs, Path work, Optional<TestHost> host, List<String> options)
      throws IOException {
    this.programs = programs;
    this.work = work;
    host.ifPresent(on -> line.addAll(List.of("nsenter", "--net=" + on.pin(), "--")));
    line.add("unshare");
    if (host.isEmpty()) {
      line.add("--net");
    }
    line.addAll(List.of("--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
    line.addAll(List.of("bash", "-c", BORN, "dockerd", "dockerd", "--host=unix://" + socket()));
    line.addAll(List.of("--data-root=" + work.resolve("data"), "--exec-root=/run/docker"));
    line.addAll(List.of("--pidfile=/run/docker.pid", "--storage-driver=overlay2"));
    line.addAll(options);
    namespaces = start();
  }

  /** Fetches it where it is not there yet, and starts it in a network namespace of its own. */
  public static Dockerd open() {
    return open(Optional.empty(), Iptables.NFT, List.of());
  }

  /** The same, but it shares a host's network with whoever else is there. */
  public static Dockerd openOn(TestHost host, Iptables iptables, String... options) {
    return open(Optional.of(host), iptables, List.of(options));
  }

  private static Dockerd open(Optional<TestHost> host, Iptables iptables, List<String> options) {
    try {
      Path folder =
          Path.of(Command.run(List.of("script/lib/dockerd.sh")).succeeded().stdout().strip());
      Path work = Files.createTempDirectory("fairlead-peer-");
      for (String name : List.of("iptables", "ip6tables")) {
        Files.createDirectories(work.resolve("bin"));
        Files.createSymbolicLink(
            work.resolve("bin").resolve(name),
            folder.resolve("usr/sbin").resolve(iptables.program));
      }
      return new Dockerd(folder, work, host, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which of the two programs that are called iptables it finds on its path. */
  public enum Iptables {
    NFT("xtables-nft-multi"),
    LEGACY("xtables-legacy-multi");

    private final String program;

    Iptables(String program) {
      this.program = program;
    }
  }

  private Process start() throws IOException {
    var builder = new ProcessBuilder(line);
    String path =
        String.join(":", work + "/bin", client() + "", sbin() + "", System.getenv("PATH"));
    builder.environment().put("PATH", path);
    builder.environment().put("LD_LIBRARY_PATH", libraries().toString());
    builder
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(work.resolve("log").toFile()));
    Process started = builder.start();
    await("dockerd, whose log is " + work.resolve("log"))
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> Files.exists(socket()));
    return started;
  }

  /** Ends it and starts it anew on the same roots. */
  public void restart() {
    try {
      end();
      namespaces = start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs its own docker command, which has to succeed, and answers what that printed. */
  public String docker(String... arguments) {
    var command = new ArrayList<>(List.of(client() + "/docker", "-H", "unix://" + socket()));
    command.addAll(List.of(arguments));
    return Command.run(command).succeeded().stdout().strip();
  }

  /**
   * Has a container serve one page, {@code /page}.
   *
   * @param name the container's, and what the page says
   * @param port of the host, which leads to the container's port 80
   */
  public void serve(String name, int port) {
    run(name, List.of("--restart", "always", "-p", port + ":80"));
  }

  /** The same for those who reach the container itself. */
  public void serveUnpublished(String name) {
    run(name, List.of());
  }

  private void run(String name, List<String> options) {
    try {
      Path image = work.resolve("image.tar");
      if (!Files.exists(image)) {
        Files.write(image, BusyboxImage.tar());
        docker("import", image.toString(), IMAGE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // A first process has no default for SIGTERM; waiting for it would take 10 s.
    var line = new ArrayList<>(List.of("run", "-d", "--name", name, "--stop-signal", "KILL"));
    line.addAll(options);
    String page = "echo %s > /page; exec httpd -f -p 80 -h /".formatted(name);
    line.addAll(List.of(IMAGE, "sh", "-c", page));
    docker(line.toArray(String[]::new));
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
      end();
      for (String parent : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
        removeEmptyCgroups(Path.of(parent));
      }
      Command.run(List.of("rm", "-rf", work.toString())).succeeded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end() throws IOException {
    try {
      namespaces.getOutputStream().close();
      if (!namespaces.waitFor(30, TimeUnit.SECONDS)) {
        namespaces.destroyForcibly().waitFor();
      }
      Files.deleteIfExists(socket());
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
