package io.fairlead.image;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An image that is here whole.
 *
 * @param id {@code sha256:} and 64 hex digits
 * @param layers diff ids, lowest first
 * @param taggedAt when it was last given a tag here
 */
public record Image(
    String id,
    List<String> tags,
    ImageConfig config,
    List<String> layers,
    String architecture,
    String os,
    String comment,
    long sizeBytes,
    Instant createdAt,
    String author,
    Optional<Instant> taggedAt) {

  /** The same image with other tags. */
  Image tagged(List<String> tags) {
    return new Image(
        id,
        tags,
        config,
        layers,
        architecture,
        os,
        comment,
        sizeBytes,
        createdAt,
        author,
        taggedAt);
  }
}
