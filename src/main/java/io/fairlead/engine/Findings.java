package io.fairlead.engine;

import io.fairlead.network.NetworkView;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import io.fairlead.store.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** What the engine found and chose when it opened, and how much it has now. */
record Findings(String engineId, Machine machine, Premises premises, Rooms rooms) {

  EngineInfo info() {
    var rows = rooms.store().read(Records::containers);
    int live = (int) rows.stream().map(ContainerRow::state).filter(Lives::isLive).count();
    int paused = (int) rows.stream().filter(row -> row.state() == ContainerState.PAUSED).count();
    return new EngineInfo(
        engineId,
        version(),
        rooms.roots().driver(),
        rooms.runtime().name(),
        rooms.runtime().version(),
        rooms.runtime().path(),
        machine.cgroupVersion(),
        premises.dataRoot(),
        premises.execRoot(),
        machine.kernelVersion(),
        machine.operatingSystem(),
        machine.architecture(),
        machine.hostname(),
        machine.cpus(),
        machine.memoryBytes(),
        live - paused,
        paused,
        rows.size() - live,
        rooms.images().list().size(),
        defaultBridge(),
        findings(),
        warnings());
  }

  private String defaultBridge() {
    return rooms.networks().list().stream()
        .map(NetworkView::network)
        .filter(network -> network.name().equals("bridge"))
        .map(network -> network.link())
        .findFirst()
        .orElse("");
  }

  private List<String> findings() {
    var all = new ArrayList<>(machine.findings());
    all.add("storage: " + storage());
    all.addAll(rooms.runtime().findings());
    // Opened already, or the engine would not be: the network's writer cannot be without it.
    all.add("firewall: nftables, by libnftables in process");
    all.addAll(rooms.networks().findings());
    return List.copyOf(all);
  }

  private String storage() {
    return rooms.roots().reason().isEmpty()
        ? rooms.roots().driver()
        : rooms.roots().driver() + ", because " + rooms.roots().reason();
  }

  private List<String> warnings() {
    var all = new ArrayList<>(machine.warnings());
    if (!rooms.roots().reason().isEmpty()) {
      all.add(
          "each container copies its image's layers, because %s; a data root on ext4 or xfs shares them"
              .formatted(rooms.roots().reason()));
    }
    var resolvConf = NetworkFileWriter.hostResolvConf();
    if (NetworkFiles.needsFallback(NetworkFileWriter.text(resolvConf), false)) {
      all.add(
          "%s names no server that a container can reach: containers ask %s"
              .formatted(resolvConf, String.join(" and ", NetworkFiles.FALLBACK_RESOLVERS)));
    }
    return List.copyOf(all);
  }

  /** As the build wrote it into the artifact. */
  private static String version() {
    try (var file =
        Findings.class.getResourceAsStream("/META-INF/maven/io.fairlead/fairlead/pom.properties")) {
      if (file == null) {
        return "unpackaged";
      }
      var properties = new Properties();
      properties.load(file);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
