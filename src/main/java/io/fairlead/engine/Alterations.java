package io.fairlead.engine;

import io.fairlead.Conflict;
import io.fairlead.InvalidRequest;
import io.fairlead.runtime.Limits;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.util.Map;
import java.util.Optional;

/** What is changed of a container while it lives on, and what is seen of its processes. */
public final class Alterations {
  private final Rooms rooms;
  private final ContainerLocks locks;
  private final Machine machine;

  Alterations(Rooms rooms, ContainerLocks locks, Machine machine) {
    this.rooms = rooms;
    this.locks = locks;
    this.machine = machine;
  }

  /**
   * Takes the processor away from it.
   *
   * @throws Conflict if it does not run, or is paused already, in Docker's words
   */
  public void pause(String reference) {
    String id = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(id)) {
      var row = running(id, reference);
      if (row.state() == ContainerState.PAUSED) {
        throw new Conflict("Container %s is already paused".formatted(id));
      }
      rooms.runtime().controls().pause(id);
      put(row.in(ContainerState.PAUSED));
      rooms.events().container(row, "pause");
    }
  }

  /**
   * @throws Conflict if it is not paused
   */
  public void unpause(String reference) {
    String id = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (row.state() != ContainerState.PAUSED) {
        throw new Conflict("Container %s is not paused".formatted(id));
      }
      rooms.runtime().controls().resume(id);
      put(row.in(ContainerState.RUNNING));
      rooms.events().container(row, "unpause");
    }
  }

  /**
   * @throws Conflict if another container has the name
   */
  public void rename(String reference, String name) {
    if (name.isEmpty()) {
      throw new InvalidRequest("Neither old nor new names may be empty");
    }
    String id = References.resolve(rooms.store(), reference).id();
    String valid = ContainerNames.valid(name.startsWith("/") ? name.substring(1) : name);
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      if (row.name().equals(valid)) {
        throw new InvalidRequest("Renaming a container with the same name as its current name");
      }
      put(row.named(valid));
      rooms.events().container(row.named(valid), "rename", Map.of("oldName", "/" + row.name()));
    }
  }

  /**
   * Gives it other limits, at once if it runs, or another restart policy.
   *
   * @param changes zero and empty: as it is
   */
  public void update(String reference, Limits changes, Optional<RestartPolicy> policy) {
    String id = References.resolve(rooms.store(), reference).id();
    try (var _ = locks.hold(id)) {
      var row = References.reread(rooms.store(), id, reference);
      var kept = Kept.of(row);
      var spec = kept.spec();
      if (spec.autoRemove() && policy.filter(each -> !each.isNo()).isPresent()) {
        throw new Conflict(
            "Restart policy cannot be updated because AutoRemove is enabled for the container");
      }
      LimitRules.checkUpdate(spec.limits(), changes);
      var limits = LimitRules.withDefaults(spec.limits().changedBy(changes));
      LimitRules.check(limits, machine.cpus());
      rooms.runtime().controls().check(limits);
      if (Lives.hasProcess(row.state()) && !changes.equals(Limits.NONE)) {
        rooms.runtime().controls().update(id, limits);
      }
      var altered = spec.withLimits(limits).withRestartPolicy(policy.orElse(spec.restartPolicy()));
      put(row.withSpec(new Kept(altered, kept.plan(), kept.hostname()).toJson()));
      rooms.events().container(row, "update");
    }
  }

  /**
   * The processes of a running container.
   *
   * @param arguments as of ps(1): {@code -ef}, {@code aux}, {@code -o pid,args}
   */
  public ProcessList processes(String reference, String arguments) {
    var columns = ProcessList.columns(arguments);
    var row = running(References.resolve(rooms.store(), reference).id(), reference);
    var list = ProcessList.of(columns, rooms.runtime().controls().processes(row.id()));
    rooms.events().container(row, "top");
    return list;
  }

  private ContainerRow running(String id, String reference) {
    var row = References.reread(rooms.store(), id, reference);
    if (row.state() == ContainerState.RESTARTING) {
      throw new Conflict(
          "Container %s is restarting, wait until the container is running".formatted(id));
    }
    if (!Lives.isLive(row.state())) {
      throw new Conflict("container %s is not running".formatted(id));
    }
    return row;
  }

  private void put(ContainerRow row) {
    rooms.store().update(records -> records.put(row));
  }
}
