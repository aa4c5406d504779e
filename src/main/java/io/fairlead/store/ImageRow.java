package io.fairlead.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image's record.
 *
 * @param id {@code sha256:} and 64 hex digits: the digest of the configuration
 * @param config the image configuration, as the OCI image specification has it
 * @param layers diff ids, lowest first
 * @param tags canonical references ({@code docker.io/library/x:tag} is kept as Docker shows it:
 *     {@code x:tag})
 * @param taggedAt when it was last given a tag here
 * @param isRemoved whether it is there only for containers that are made of it
 */
public record ImageRow(
    String id,
    String config,
    List<String> layers,
    List<String> tags,
    long sizeBytes,
    Instant createdAt,
    @Nullable Instant taggedAt,
    boolean isRemoved) {}
