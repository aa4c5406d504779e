package io.fairlead.testing;

import io.fairlead.api.ApiServer;
import io.fairlead.api.DetachKeys;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.json.JsonFactory;

/** The real docker command, against an engine in this JVM or a daemon. */
public final class Docker implements AutoCloseable {
  private final TestHost host;
  private final String client;
  private final Path folder;
  private final Path socket;
  private final Optional<ApiServer> server;

  private Docker(TestHost host, Optional<TestEngine> engine, DockerClient client) {
    try {
      this.host = host;
      this.client = client.folder();
      folder = Files.createTempDirectory("fairlead-api-");
      socket = folder.resolve("api.sock");
      List<URI> address = List.of(URI.create("unix://" + socket));
      server = engine.map(each -> ApiServer.open(each.engine(), address, Optional.empty()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves the engine's API on a socket of its own, until this is closed. */
  public static Docker of(TestEngine engine) {
    return of(engine, DockerClient.OF_THIS_MACHINE);
  }

  /** The same for a certain docker command. */
  public static Docker of(TestEngine engine, DockerClient client) {
    return new Docker(engine.host(), Optional.of(engine), client);
  }

  /** Asks whoever will serve on {@link #socket}. */
  public static Docker withoutServer(TestHost host) {
    return new Docker(host, Optional.empty(), DockerClient.OF_THIS_MACHINE);
  }

  /** Runs docker with these arguments to its end, whatever its exit code. */
  public Command run(String... arguments) {
    var line = new ArrayList<>(List.of(client + "/docker", "-H", "unix://" + socket));
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

  /** Begins such a line. */
  public Background begin(String line) {
    return new Background(List.of("sh", "-c", commands() + line));
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
    return "export DOCKER_HOST=unix://%s PATH=%s:$PATH; fairlead() { %s -cp %s %s -H $DOCKER_HOST \"$@\"; }; "
        .formatted(socket, client, java, classes, "io.fairlead.cli.Main");
  }

  private static String place(Class<?> ofIt) {
    return ofIt.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  @Override
  public void close() {
    server.ifPresent(ApiServer::close);
    Trees.delete(folder);
  }
}
