package io.fairlead.runtime;

import io.fairlead.linux.Mounts;
import io.fairlead.linux.NetNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A runtime on an exec root of its own, in a private network namespace, and a busybox to run. */
final class Lab implements AutoCloseable {
  private static final HexFormat HEX = HexFormat.of();

  final Path directory;
  final Path execRoot;
  final Path root;
  final NetNamespace host;
  private final Path pin;
  private final String runtimeName;
  OciRuntime runtime;

  Lab(String runtimeName) throws IOException {
    this.runtimeName = runtimeName;
    directory = Files.createTempDirectory("fairlead-runtime");
    execRoot = Files.createDirectory(directory.resolve("exec"));
    Mounts.bind(execRoot, execRoot);
    Mounts.makeShared(execRoot);
    pin = Files.createFile(directory.resolve("host"));
    host = NetNamespace.create(pin);
    root = busybox(directory.resolve("root"));
    runtime = open();
  }

  private OciRuntime open() {
    return OciRuntime.open(new RuntimeConfig(execRoot, host, runtimeName));
  }

  /** As if the daemon had died and come back. */
  void restart() {
    runtime.close();
    runtime = open();
  }

  static Path busybox(Path root) throws IOException {
    for (String name : List.of("bin", "etc", "tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
    for (String name :
        List.of("sh", "true", "cat", "echo", "id", "sleep", "printf", "ls", "kill", "head", "wc")) {
      Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
    }
    Files.writeString(
        root.resolve("etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\nann:x:1000:100:Ann:/home/ann:/bin/sh\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\nusers:x:100:\nwheel:x:10:ann\n");
    Files.writeString(root.resolve("tmp/plain"), "not a program");
    Files.setPosixFilePermissions(
        root.resolve("tmp/plain"), PosixFilePermissions.fromString("rw-r--r--"));
    return root;
  }

  static String newId() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HEX.formatHex(bytes);
  }

  Path log(String id) {
    return directory.resolve(id + ".log");
  }

  ProcessSpec spec(String... arguments) {
    String id = newId();
    return new ProcessSpec(
        id,
        root,
        List.of(arguments),
        List.of(),
        "/",
        "",
        "lab",
        Optional.empty(),
        List.of(),
        Set.of(),
        Set.of(),
        false,
        false,
        log(id),
        List.of());
  }

  /** Makes and starts; whoever calls this deletes. */
  String launch(ProcessSpec spec) {
    runtime.create(spec);
    runtime.start(spec.id());
    return spec.id();
  }

  ExitStatus end(String id) throws Exception {
    return runtime.exited(id).get(20, TimeUnit.SECONDS);
  }

  /** Runs a shell script to its end, and says what it printed. */
  String output(ProcessSpec spec) throws Exception {
    var sink = new Collected();
    launch(spec);
    end(spec.id());
    runtime.readLog(spec.id(), spec.log(), ALL, sink);
    runtime.delete(spec.id());
    return sink.text();
  }

  static final LogRequest ALL =
      new LogRequest(
          false, true, true, java.util.OptionalInt.empty(), Optional.empty(), Optional.empty());

  static final LogRequest FOLLOW =
      new LogRequest(
          true, true, true, java.util.OptionalInt.empty(), Optional.empty(), Optional.empty());

  /** Remembers what it was given. */
  static class Collected implements OutputSink {
    private final StringBuilder text = new StringBuilder();
    private final CountDownLatch ended = new CountDownLatch(1);
    private long bytes;

    @Override
    public synchronized boolean accept(Stream stream, Instant at, ByteBuffer piece) {
      bytes += piece.remaining();
      text.append(stream == Stream.STDERR ? "!" : "").append(StandardCharsets.UTF_8.decode(piece));
      notifyAll();
      return true;
    }

    @Override
    public void end() {
      ended.countDown();
    }

    synchronized String text() {
      return text.toString();
    }

    synchronized long bytes() {
      return bytes;
    }

    boolean awaitEnd() throws InterruptedException {
      return ended.await(20, TimeUnit.SECONDS);
    }

    synchronized void awaitText(String wanted) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (text.indexOf(wanted) < 0 && System.nanoTime() < deadline) {
        wait(1000);
      }
    }
  }

  @Override
  public void close() {
    for (String id : runtime.known()) {
      runtime.delete(id);
    }
    runtime.close();
    Mounts.unmount(execRoot);
    Mounts.unmount(pin);
    Bundle.removeTree(directory);
  }
}
