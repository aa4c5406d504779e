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
    @Nullable Instant finishedAt) {}
