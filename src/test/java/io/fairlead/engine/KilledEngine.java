package io.fairlead.engine;

import io.fairlead.linux.NetNamespace;
import java.nio.file.Path;
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
        new EngineConfig(
            Path.of(args[0]),
            Path.of(args[1]),
            new NetNamespace(Path.of(args[2])),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            "auto");
    act(Engine.open(config).containers(), args[3], args[4]);
    Runtime.getRuntime().halt(DoomedEngine.KILLED);
  }

  static void act(Containers containers, String name, String deed) {
    containers.start(name);
    if (deed.equals("stop")) {
      containers.stop(name, Optional.of("KILL"), Optional.empty());
    }
  }
}
