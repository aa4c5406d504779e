package io.fairlead.testing;

import io.fairlead.api.ApiServer;
import io.fairlead.api.DetachKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.json.JsonFactory;

/** The real docker command, against an engine in this JVM. */
public final class Docker implements AutoCloseable {
  private final TestHost host;
  private final Path folder;
  private final Path socket;
  private final ApiServer server;

  private Docker(TestEngine engine) {
    try {
      host = engine.host();
      folder = Files.createTempDirectory("fairlead-api-");
      socket = folder.resolve("api.sock");
      server =
          ApiServer.open(
              engine.engine(), List.of(URI.create("unix://" + socket)), Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves the engine's API on a socket of its own, until this is closed. */
  public static Docker of(TestEngine engine) {
    return new Docker(engine);
  }

  /** Runs docker with these arguments to its end, whatever its exit code. */
  public Command run(String... arguments) {
    var line = new ArrayList<>(List.of("docker", "-H", "unix://" + socket));
    line.addAll(List.of(arguments));
    return host.tryExec(line.toArray(String[]::new));
  }

  /** Runs docker, which has to succeed, and answers what it printed, without the last line end. */
  public String output(String... arguments) {
    return run(arguments).succeeded().stdout().strip();
  }

  public Path socket() {
    return socket;
  }

  /** Runs a line of the shell, in which {@code docker} and {@code fairlead} ask this engine. */
  public Command shell(String line) {
    return host.tryExec("sh", "-c", commands() + line);
  }

  /** Opens a terminal in which such a line runs. */
  public Tmux terminal(int width, int height, String line) {
    return Tmux.open(host, width, height, commands() + line);
  }

  private String commands() {
    String classes = place(DetachKeys.class) + ":" + place(JsonFactory.class);
    String java =
        System.getProperty("java.home")
            + "/bin/java -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED";
    return "export DOCKER_HOST=unix://%s; fairlead() { %s -cp %s %s -H $DOCKER_HOST \"$@\"; }; "
        .formatted(socket, java, classes, "io.fairlead.cli.Main");
  }

  private static String place(Class<?> ofIt) {
    return ofIt.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  @Override
  public void close() {
    server.close();
    try {
      Files.deleteIfExists(socket);
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
