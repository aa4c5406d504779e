package io.fairlead.engine;

import io.fairlead.linux.NetNamespace;
import io.fairlead.testing.Command;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A process of its own that opens an engine, does what it is told, and dies without a word. */
final class KilledEngine {
  private KilledEngine() {}

  /**
   * @param args data root, exec root, host namespace, a container's name, and {@code start} or
   *     {@code stop} (which starts it first)
   */
  public static void main(String[] args) {
    var config =
        EngineConfig.usual(Path.of(args[0]), Path.of(args[1]), new NetNamespace(Path.of(args[2])));
    act(Engine.open(config).containers(), args[3], args[4]);
    Runtime.getRuntime().halt(DoomedEngine.KILLED);
  }

  /** Runs one to its death. */
  static void run(EngineConfig config, String container, String deed) {
    Command.run(
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            KilledEngine.class.getName(),
            config.dataRoot().toString(),
            config.execRoot().toString(),
            config.host().path().toString(),
            container,
            deed));
  }

  static void act(Containers containers, String name, String deed) {
    containers.start(name);
    if (deed.equals("stop")) {
      containers.stop(name, Optional.of("KILL"), Optional.empty());
    }
  }
}
