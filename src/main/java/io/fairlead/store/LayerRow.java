package io.fairlead.store;

/**
 * A layer on the disk.
 *
 * @param diffId {@code sha256:} and 64 hex digits, of the uncompressed tar
 * @param directory short name under the data root's layer directory
 * @param sizeBytes of the files' content
 * @param tarBytes of the whole uncompressed tar
 */
public record LayerRow(String diffId, String directory, long sizeBytes, long tarBytes) {}
