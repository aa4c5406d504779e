package io.fairlead.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A container's record.
 *
 * @param id 64 hex digits
 * @param name without the leading slash, unique
 * @param spec what was asked at create, as the engine's JSON
 * @param sandboxId the sandbox it runs in; null in host mode, and before its first start
 * @param conmonPid 0 while no conmon runs for it
 * @param pid 0 while it does not run
 * @param restartCount how often it was brought back since somebody started it
 * @param isStoppedByUser whether somebody wanted it to end, so that it is not to be brought back
 * @param error the first cause of a failed start, else empty
 */
public record ContainerRow(
    String id,
    String name,
    String imageId,
    String spec,
    ContainerState state,
    @Nullable String sandboxId,
    int conmonPid,
    int pid,
    int exitCode,
    boolean oomKilled,
    String error,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    int restartCount,
    boolean isStoppedByUser) {

  /** One that was never brought back. */
  public ContainerRow(
      String id,
      String name,
      String imageId,
      String spec,
      ContainerState state,
      @Nullable String sandboxId,
      int conmonPid,
      int pid,
      int exitCode,
      boolean oomKilled,
      String error,
      Instant createdAt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {
    this(
        id,
        name,
        imageId,
        spec,
        state,
        sandboxId,
        conmonPid,
        pid,
        exitCode,
        oomKilled,
        error,
        createdAt,
        startedAt,
        finishedAt,
        0,
        false);
  }

  /** The same, in another state. */
  public ContainerRow in(ContainerState other) {
    return with(name, spec, other, restartCount, isStoppedByUser);
  }

  /** The same under another name. */
  public ContainerRow named(String other) {
    return with(other, spec, state, restartCount, isStoppedByUser);
  }

  /** The same with other things asked for. */
  public ContainerRow withSpec(String other) {
    return with(name, other, state, restartCount, isStoppedByUser);
  }

  /** The same with this known of its restarts. */
  public ContainerRow withRestarts(int count, boolean isStopped) {
    return with(name, spec, state, count, isStopped);
  }

  private ContainerRow with(
      String otherName,
      String otherSpec,
      ContainerState otherState,
      int otherCount,
      boolean isNowStopped) {
    return new ContainerRow(
        id,
        otherName,
        imageId,
        otherSpec,
        otherState,
        sandboxId,
        conmonPid,
        pid,
        exitCode,
        oomKilled,
        error,
        createdAt,
        startedAt,
        finishedAt,
        otherCount,
        isNowStopped);
  }
}
