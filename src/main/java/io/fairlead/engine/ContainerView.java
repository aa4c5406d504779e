package io.fairlead.engine;

import io.fairlead.store.ContainerRow;
import java.util.ArrayList;
import java.util.Optional;

/** Puts a container together as it is shown, from its record and the network. */
final class ContainerView {
  private final Rooms rooms;

  ContainerView(Rooms rooms) {
    this.rooms = rooms;
  }

  Container of(ContainerRow row) {
    var kept = Kept.of(row);
    var own = rooms.folder(row.id());
    String hostname = kept.hostname().isEmpty() ? own.writtenHostname() : kept.hostname();
    var environment = new ArrayList<>(kept.plan().environment());
    if (!hostname.isEmpty()) {
      environment.add("HOSTNAME=" + hostname);
    }
    return new Container(
        row.id(),
        row.name(),
        row.imageId(),
        kept.spec(),
        kept.plan().arguments(),
        environment,
        kept.plan().workingDirectory(),
        kept.plan().user(),
        hostname,
        row.state(),
        row.pid(),
        row.exitCode(),
        row.oomKilled(),
        row.error(),
        row.createdAt(),
        Optional.ofNullable(row.startedAt()),
        Optional.ofNullable(row.finishedAt()),
        rooms.networks().settings(row, kept.networkRequest()),
        own.log(),
        own.hosts(),
        own.hostname(),
        own.resolvConf(),
        row.restartCount());
  }
}
