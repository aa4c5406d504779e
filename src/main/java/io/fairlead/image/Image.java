package io.fairlead.image;

import java.time.Instant;
import java.util.List;

/**
 * An image that is here whole.
 *
 * @param id {@code sha256:} and 64 hex digits
 * @param layers diff ids, lowest first
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
    Instant createdAt) {

  /** The same image with other tags. */
  Image tagged(List<String> tags) {
    return new Image(id, tags, config, layers, architecture, os, comment, sizeBytes, createdAt);
  }
}
