package io.fairlead.engine;

import io.fairlead.store.EndpointRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files that say to a container who it is on the network. Who joins another container's
 * network has that one's files.
 */
final class NetworkFileWriter {
  private static final Path HOSTS = Path.of("/etc/hosts");
  private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

  private final Rooms rooms;

  NetworkFileWriter(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * @param sandboxId null in host mode
   * @return the folder whose files are to be mounted
   */
  ContainerFolder write(String id, Kept kept, @Nullable String sandboxId) {
    var own = rooms.folder(id);
    own.make();
    if (kept.joined().isPresent()) {
      // Where that one is gone, they are shared already.
      joined(kept.joined().get()).ifPresent(own::share);
      return own;
    }
    String hostname = kept.hostname().isEmpty() ? Lives.shortId(id) : kept.hostname();
    own.write(sandboxId == null ? ofHost(hostname) : ofSandbox(hostname, sandboxId));
    return own;
  }

  private Optional<ContainerFolder> joined(String reference) {
    return rooms
        .store()
        .read(records -> References.find(records, reference))
        .map(row -> rooms.folder(row.id()));
  }

  private static NetworkFiles ofHost(String hostname) {
    return new NetworkFiles(hostname, text(HOSTS), text(hostResolvConf()));
  }

  private NetworkFiles ofSandbox(String hostname, String sandboxId) {
    List<String> addresses =
        rooms
            .store()
            .read(
                records ->
                    records.endpointsOfSandbox(sandboxId).stream()
                        .map(EndpointRow::leases)
                        .flatMap(List::stream)
                        .toList());
    boolean hasV6Address = addresses.stream().anyMatch(a -> a.contains(":"));
    return new NetworkFiles(
        hostname,
        NetworkFiles.hosts(hostname, addresses, Files.exists(IPV6)),
        NetworkFiles.resolvConf(text(hostResolvConf()), hasV6Address));
  }

  /** Where systemd-resolved serves the host on loopback, its own servers are in another file. */
  static Path hostResolvConf() {
    Path usual = Path.of("/etc/resolv.conf");
    Path resolved = Path.of("/run/systemd/resolve/resolv.conf");
    boolean isStub =
        NetworkFiles.needsFallback(text(usual), true) && text(usual).contains("127.0.0.53");
    return isStub && Files.exists(resolved) ? resolved : usual;
  }

  static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
