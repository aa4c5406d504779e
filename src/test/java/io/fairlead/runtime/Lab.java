package io.fairlead.runtime;

import io.fairlead.linux.Mounts;
import io.fairlead.linux.NetNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A runtime on an exec root of its own, in a private network namespace, and a busybox to run. */
final class Lab implements AutoCloseable {
  static final LogRequest ALL = log(false, OptionalInt.empty());
  static final LogRequest FOLLOW = log(true, OptionalInt.empty());
  private static final int PATIENCE_SECONDS = 30;

  final Path directory;
  final Path execRoot;
  final Path root;
  final NetNamespace host;
  OciRuntime runtime;
  private final Path pin;
  private final Path otherPin;
  private final String runtimeName;

  Lab(String runtimeName) throws IOException {
    this.runtimeName = runtimeName;
    directory = Files.createTempDirectory("fairlead-runtime");
    execRoot = Files.createDirectory(directory.resolve("exec"));
    Mounts.bind(execRoot, execRoot);
    Mounts.makeShared(execRoot);
    pin = Files.createFile(directory.resolve("host"));
    host = NetNamespace.create(pin);
    otherPin = Files.createFile(directory.resolve("other"));
    NetNamespace.create(otherPin);
    root = busybox(directory.resolve("root"));
    try {
      runtime = open();
    } catch (RuntimeException e) {
      unmount();
      throw e;
    }
  }

  private OciRuntime open() {
    return OciRuntime.open(
        new RuntimeConfig(execRoot, directory.resolve("overflow"), host, runtimeName));
  }

  /** Another namespace than the host. */
  Path otherNetwork() {
    return otherPin;
  }

  /** As if the daemon had died and come back. */
  void restart() {
    runtime.close();
    runtime = open();
  }

  private static Path busybox(Path root) throws IOException {
    for (String name : List.of("bin", "etc", "tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
    for (String name :
        List.of(
            "sh", "true", "cat", "id", "sleep", "ls", "kill", "head", "touch", "mkdir", "pwd")) {
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

  static LogRequest log(boolean follow, OptionalInt tail) {
    return new LogRequest(follow, true, true, tail, Optional.empty(), Optional.empty());
  }

  Run run(String... arguments) {
    return new Run(root, directory, arguments);
  }

  Run script(String text) {
    return run("sh", "-c", text);
  }

  /** Makes and starts it. */
  ProcessSpec launch(Run run) {
    var spec = run.spec();
    runtime.create(spec);
    runtime.start(spec.id());
    return spec;
  }

  ExitStatus end(ProcessSpec spec) throws Exception {
    return runtime.exited(spec.id()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs it to its end, and says what it printed. */
  String output(Run run) throws Exception {
    var sink = new CollectingSink();
    var spec = launch(run);
    end(spec);
    runtime.readLog(spec.id(), spec.log(), ALL, sink);
    runtime.delete(spec.id());
    return sink.text();
  }

  @Override
  public void close() {
    runtime.known().forEach(runtime::delete);
    runtime.close();
    unmount();
  }

  private void unmount() {
    Mounts.unmount(execRoot);
    Mounts.unmount(pin);
    Mounts.unmount(otherPin);
    Bundle.removeTree(directory);
  }
}
