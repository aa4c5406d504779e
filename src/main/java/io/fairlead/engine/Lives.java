package io.fairlead.engine;

import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.OciRuntime;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.ContainerState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The steps from one state of a container's record to the next; each gives the new record. */
final class Lives {
  private Lives() {}

  /** Whether a process of it may run or soon will, so that its sandbox has to be there. */
  static boolean isLive(ContainerState state) {
    return switch (state) {
      case STARTING, RUNNING, PAUSED, STOPPING, RESTARTING -> true;
      case CREATED, EXITED -> false;
    };
  }

  /** Whether it may have a process now: one that waits for its restart has none. */
  static boolean hasProcess(ContainerState state) {
    return isLive(state) && state != ContainerState.RESTARTING;
  }

  static ContainerRow created(
      String id, String name, String imageId, String spec, Instant createdAt) {
    return new ContainerRow(
        id,
        name,
        imageId,
        spec,
        ContainerState.CREATED,
        null,
        0,
        0,
        0,
        false,
        "",
        createdAt,
        null,
        null);
  }

  /**
   * @param restartCount how often it was brought back, this time included
   */
  static ContainerRow starting(ContainerRow row, @Nullable String sandboxId, int restartCount) {
    return with(row, ContainerState.STARTING, sandboxId, 0, 0, row.exitCode(), "")
        .withRestarts(restartCount, false);
  }

  static ContainerRow running(ContainerRow row, OciRuntime.Created pids, Instant at) {
    return new ContainerRow(
        row.id(),
        row.name(),
        row.imageId(),
        row.spec(),
        ContainerState.RUNNING,
        row.sandboxId(),
        pids.conmonPid(),
        pids.pid(),
        0,
        false,
        "",
        row.createdAt(),
        at,
        null,
        row.restartCount(),
        row.isStoppedByUser());
  }

  static ContainerRow stopping(ContainerRow row) {
    return with(
        row,
        ContainerState.STOPPING,
        row.sandboxId(),
        row.conmonPid(),
        row.pid(),
        row.exitCode(),
        row.error());
  }

  static ContainerRow exited(ContainerRow row, ExitStatus status, String error) {
    return ended(row, ContainerState.EXITED, status, error);
  }

  /** It has ended, and will be brought back. */
  static ContainerRow restarting(ContainerRow row, ExitStatus status) {
    return ended(row, ContainerState.RESTARTING, status, "");
  }

  private static ContainerRow ended(
      ContainerRow row, ContainerState state, ExitStatus status, String error) {
    return new ContainerRow(
        row.id(),
        row.name(),
        row.imageId(),
        row.spec(),
        state,
        row.sandboxId(),
        0,
        0,
        status.code(),
        status.oomKilled(),
        error,
        row.createdAt(),
        row.startedAt(),
        status.at(),
        row.restartCount(),
        row.isStoppedByUser());
  }

  /** A start that failed: one that never ran is as good as new, as with Docker. */
  static ContainerRow failed(ContainerRow row, int exitCode, String error) {
    var state = row.startedAt() == null ? ContainerState.CREATED : ContainerState.EXITED;
    return with(row, state, row.sandboxId(), 0, 0, exitCode, error);
  }

  private static ContainerRow with(
      ContainerRow row,
      ContainerState state,
      @Nullable String sandboxId,
      int conmonPid,
      int pid,
      int exitCode,
      String error) {
    return new ContainerRow(
        row.id(),
        row.name(),
        row.imageId(),
        row.spec(),
        state,
        sandboxId,
        conmonPid,
        pid,
        exitCode,
        row.oomKilled(),
        error,
        row.createdAt(),
        row.startedAt(),
        row.finishedAt(),
        row.restartCount(),
        row.isStoppedByUser());
  }

  /** The first 12 digits, as people know a container. */
  static String shortId(String containerId) {
    return containerId.substring(0, 12);
  }
}
