package io.fairlead.network;

import io.fairlead.linux.NetNamespace;
import io.fairlead.network.port.PortBinding;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.ImageRow;
import io.fairlead.store.Store;
import io.fairlead.testing.Command;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The network room alone on a private host: containers are records, and servers of the test run in
 * their sandboxes.
 */
final class NetworkFixture implements AutoCloseable {
  private static final String IMAGE = "sha256:" + "0".repeat(64);

  private static final NetworkSettings.EndpointSettings NONE =
      new NetworkSettings.EndpointSettings(
          "", "", "", Optional.empty(), Optional.empty(), 0, Optional.empty(), Optional.empty(), 0);

  final TestHost host = TestHost.create("engine");
  final Path base;
  final Store store;
  private final List<ServerSocket> servers = new ArrayList<>();
  private final UnaryOperator<NetworkConfig> change;
  Networks networks;

  NetworkFixture() {
    this(config -> config);
  }

  NetworkFixture(UnaryOperator<NetworkConfig> change) {
    this.change = change;
    try {
      base = Files.createTempDirectory("fairlead-network-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store = Store.open(base.resolve("records.db"));
    store.update(
        records ->
            records.put(
                new ImageRow(IMAGE, "{}", List.of(), List.of(), 0, Instant.now(), null, false)));
    networks = open();
  }

  Networks open() {
    var config =
        new NetworkConfig(
            "0badcafe",
            base,
            host.namespace(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            false);
    return Networks.open(change.apply(config), store, _ -> Optional.empty(), _ -> {});
  }

  /** A container that is starting: its network is there when this returns. */
  String start(String name, NetworkRequest request) {
    String id = create(name);
    restart(id, name, request);
    return id;
  }

  String create(String name) {
    String id = Allocator.hex(32);
    store.update(records -> records.put(row(id, name, null, ContainerState.CREATED)));
    return id;
  }

  void restart(String id, String name, NetworkRequest request) {
    @Nullable String sandbox;
    try (var allocation = networks.allocate(id, request)) {
      sandbox = allocation.sandboxId();
      store.update(
          records -> {
            allocation.record(records);
            records.put(row(id, name, sandbox, ContainerState.STARTING));
          });
      allocation.committed();
    }
    if (sandbox != null) {
      networks.apply(sandbox);
    }
  }

  void stop(String id) {
    ContainerRow row = row(id);
    store.update(
        records -> records.put(row(id, row.name(), row.sandboxId(), ContainerState.EXITED)));
    networks.apply(sandbox(row));
  }

  void remove(String id) {
    ContainerRow row = row(id);
    store.update(records -> records.removeContainer(id));
    networks.apply(sandbox(row));
  }

  static String sandbox(ContainerRow row) {
    return Objects.requireNonNull(row.sandboxId());
  }

  ContainerRow row(String id) {
    return store.read(records -> records.container(id).orElseThrow());
  }

  static ContainerRow row(String id, String name, @Nullable String sandbox, ContainerState state) {
    return new ContainerRow(
        id, name, IMAGE, "{}", state, sandbox, 0, 0, 0, false, "", Instant.now(), null, null);
  }

  NetworkSettings.EndpointSettings endpoint(String id) {
    return networks.settings(row(id), bridge()).endpoints().getOrDefault("bridge", NONE);
  }

  Path pin(String id) {
    return networks.pin(sandbox(row(id)));
  }

  /** Runs a command in a container's sandbox. */
  Command inside(String id, String... command) {
    var line = new ArrayList<>(List.of("nsenter", "--net=" + pin(id), "--"));
    line.addAll(List.of(command));
    return Command.run(line).succeeded();
  }

  /** Serves one word to whoever connects, in a container's sandbox. */
  void serve(String id, int port, String word) {
    ServerSocket server =
        new NetNamespace(pin(id))
            .call(
                "serve",
                () -> {
                  var socket = new ServerSocket();
                  socket.bind(new InetSocketAddress(InetAddress.getByName("::"), port));
                  return socket;
                });
    servers.add(server);
    Thread.ofVirtual()
        .name("serve " + word)
        .start(
            () -> {
              while (!server.isClosed()) {
                try (var client = server.accept();
                    OutputStream out = client.getOutputStream()) {
                  out.write(("HTTP/1.0 200 OK\r\n\r\n" + word).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // The test closed it, or the client left: nobody waits for more.
                }
              }
            });
  }

  static NetworkRequest bridge() {
    return new NetworkRequest("bridge", Set.of(), Map.of(), false);
  }

  static NetworkRequest publishing(String containerPort, String hostIp, String hostPort) {
    return new NetworkRequest(
        "bridge",
        Set.of(),
        Map.of(containerPort, List.of(new PortBinding(hostIp, hostPort))),
        false);
  }

  @Override
  public void close() {
    servers.forEach(
        server -> {
          try {
            server.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    networks.purge();
    networks.close();
    store.close();
    host.close();
    try (var files = Files.walk(base)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
