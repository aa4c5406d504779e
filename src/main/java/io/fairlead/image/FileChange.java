package io.fairlead.image;

/**
 * One thing that a container has otherwise than its image.
 *
 * @param path absolute, a byte string
 */
public record FileChange(Kind kind, String path) {
  public enum Kind {
    MODIFIED,
    ADDED,
    DELETED
  }
}
