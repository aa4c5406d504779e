package io.fairlead.store;

import io.fairlead.Conflict;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Containers and their published ports. */
final class ContainerTable {
  private static final String PUT =
      """
      INSERT INTO containers (id, name, image_id, spec, state, sandbox_id, conmon_pid, pid, exit_code, oom_killed,
        error, created_at, started_at, finished_at, restart_count, is_stopped_by_user)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, image_id = excluded.image_id, spec = excluded.spec,
        state = excluded.state, sandbox_id = excluded.sandbox_id, conmon_pid = excluded.conmon_pid,
        pid = excluded.pid, exit_code = excluded.exit_code, oom_killed = excluded.oom_killed, error = excluded.error,
        created_at = excluded.created_at, started_at = excluded.started_at, finished_at = excluded.finished_at,
        restart_count = excluded.restart_count, is_stopped_by_user = excluded.is_stopped_by_user
      """;

  private final Session session;

  ContainerTable(Session session) {
    this.session = session;
  }

  List<ContainerRow> all() {
    return session.list("SELECT * FROM containers ORDER BY created_at, id", ContainerTable::row);
  }

  Optional<ContainerRow> byId(String id) {
    return session.first("SELECT * FROM containers WHERE id = ?", ContainerTable::row, id);
  }

  Optional<ContainerRow> byName(String name) {
    return session.first("SELECT * FROM containers WHERE name = ?", ContainerTable::row, name);
  }

  List<ContainerRow> byIdPrefix(String prefix) {
    return session.list(
        "SELECT * FROM containers WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2",
        ContainerTable::row,
        prefix);
  }

  List<SandboxMember> inSandbox(String sandboxId) {
    return session.list(
        """
        SELECT containers.id, state, containers.id IS owner_id AS is_owner
        FROM containers JOIN sandboxes ON sandboxes.id = sandbox_id WHERE sandbox_id = ? ORDER BY created_at, containers.id
        """,
        row -> new SandboxMember(row.text("id"), state(row), row.flag("is_owner")),
        sandboxId);
  }

  void put(ContainerRow row) {
    try {
      session.run(
          PUT,
          row.id(),
          row.name(),
          row.imageId(),
          row.spec(),
          row.state().name().toLowerCase(Locale.ROOT),
          row.sandboxId(),
          row.conmonPid(),
          row.pid(),
          row.exitCode(),
          row.oomKilled(),
          row.error(),
          Row.time(row.createdAt()),
          Row.time(row.startedAt()),
          Row.time(row.finishedAt()),
          row.restartCount(),
          row.isStoppedByUser());
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name."
              .formatted(row.name(), byName(row.name()).map(ContainerRow::id).orElse("?")),
          e);
    }
  }

  void remove(String id) {
    session.run("DELETE FROM containers WHERE id = ?", id);
  }

  List<PublishedPortRow> ports() {
    return session.list(
        "SELECT * FROM published_ports ORDER BY container_id, protocol, container_port, host_address, host_port",
        ContainerTable::port);
  }

  List<PublishedPortRow> portsOf(String containerId) {
    return session.list(
        "SELECT * FROM published_ports WHERE container_id = ? ORDER BY protocol, container_port, host_address, host_port",
        ContainerTable::port,
        containerId);
  }

  void setPorts(String containerId, List<PublishedPortRow> ports) {
    session.run("DELETE FROM published_ports WHERE container_id = ?", containerId);
    for (PublishedPortRow port : ports) {
      put(containerId, port);
    }
  }

  private void put(String containerId, PublishedPortRow port) {
    if (!port.containerId().equals(containerId)) {
      throw new IllegalArgumentException(port + " is not a port of container " + containerId);
    }
    try {
      session.run(
          "INSERT INTO published_ports (container_id, protocol, host_address, host_port, container_port, count) VALUES (?, ?, ?, ?, ?, ?)",
          containerId,
          port.protocol(),
          port.hostAddress(),
          port.hostPort(),
          port.containerPort(),
          port.count());
    } catch (ConstraintViolation e) {
      throw new Conflict(
          "port %d/%s on %s of container %s is published twice, or the container is gone"
              .formatted(port.hostPort(), port.protocol(), port.hostAddress(), containerId),
          e);
    }
  }

  private static ContainerState state(Row row) throws SQLException {
    return ContainerState.valueOf(row.text("state").toUpperCase(Locale.ROOT));
  }

  private static ContainerRow row(Row row) throws SQLException {
    return new ContainerRow(
        row.text("id"),
        row.text("name"),
        row.text("image_id"),
        row.text("spec"),
        state(row),
        row.textOrNull("sandbox_id"),
        row.number("conmon_pid"),
        row.number("pid"),
        row.number("exit_code"),
        row.flag("oom_killed"),
        row.text("error"),
        row.time("created_at"),
        row.timeOrNull("started_at"),
        row.timeOrNull("finished_at"),
        row.number("restart_count"),
        row.flag("is_stopped_by_user"));
  }

  private static PublishedPortRow port(Row row) throws SQLException {
    return new PublishedPortRow(
        row.text("container_id"),
        row.text("protocol"),
        row.text("host_address"),
        row.number("host_port"),
        row.number("container_port"),
        row.number("count"));
  }
}
