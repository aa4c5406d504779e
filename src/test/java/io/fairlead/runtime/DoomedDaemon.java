package io.fairlead.runtime;

import io.fairlead.linux.NetNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A process of its own that makes and starts a container, and is killed on the way. */
final class DoomedDaemon implements AutoCloseable {
  private final Process process;

  DoomedDaemon(Lab lab, String runtimeName) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DoomedDaemon.class.getName(),
                lab.execRoot.toString(),
                lab.host.path().toString(),
                lab.root.toString(),
                lab.directory.toString(),
                runtimeName)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /**
   * Has it begin with a container, and lets it go on for a while.
   *
   * @return the container's id
   */
  String letRun(Duration delay) throws Exception {
    String id = process.inputReader(StandardCharsets.US_ASCII).readLine();
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    Thread.sleep(delay);
    return id;
  }

  /** Kills it. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /**
   * @param arguments exec root, host namespace, container's root, folder for logs, runtime
   */
  public static void main(String[] arguments) throws Exception {
    var config =
        new RuntimeConfig(
            Path.of(arguments[0]),
            Path.of(arguments[3]).resolve("overflow"),
            new NetNamespace(Path.of(arguments[1])),
            arguments[4]);
    try (var runtime = OciRuntime.open(config)) {
      var spec = new Run(Path.of(arguments[2]), Path.of(arguments[3]), "sleep", "100").spec();
      System.out.println(spec.id());
      if (System.in.read() >= 0) {
        runtime.create(spec);
        runtime.start(spec.id());
        Thread.sleep(Duration.ofMinutes(1));
      }
    }
  }
}
