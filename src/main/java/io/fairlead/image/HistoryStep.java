package io.fairlead.image;

import java.time.Instant;

/**
 * One step of how an image was made.
 *
 * @param sizeBytes of the layer that it made, if it made one
 */
public record HistoryStep(Instant createdAt, String createdBy, String comment, long sizeBytes) {}
