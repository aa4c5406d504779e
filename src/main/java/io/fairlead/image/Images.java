package io.fairlead.image;

import io.fairlead.store.Store;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The images under the data root. A layer or an image is there whole or not at all, also after a
 * crash.
 */
public final class Images {

  /** Opens the images of a data root and removes what a crash left half made. */
  public static Images open(Store store, Path dataRoot) {
    throw new UnsupportedOperationException();
  }

  /**
   * The name of the image that is built in: made from the machine's static busybox on first use.
   */
  public static final String HELLO = "fairlead/hello:latest";

  /**
   * @param reference a tag ({@code :latest} is added), an id, or an unambiguous prefix of one
   * @throws io.fairlead.NotFound {@code No such image: x:latest}
   */
  public Image find(String reference) {
    throw new UnsupportedOperationException();
  }

  public List<Image> list() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes an image of one layer from a tar of a root file system (plain, gzip, bzip2, xz or zstd).
   *
   * @param reference the tag; empty: none
   * @param changes Dockerfile instructions: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME,
   *     WORKDIR, STOPSIGNAL
   * @throws io.fairlead.InvalidRequest if the archive is broken or hostile; nothing is kept of it
   */
  public Image importRoot(
      InputStream tar, Optional<String> reference, String message, List<String> changes) {
    throw new UnsupportedOperationException();
  }

  /** Loads every image of a docker-archive ({@code manifest.json}) or an OCI layout. */
  public List<Image> load(InputStream archive) {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes a tag; with the last one, the image and the layers that nobody else has.
   *
   * @param used ids of images that a container (running or not) is made of: without force a {@link
   *     io.fairlead.Conflict} in Docker's words
   * @return what was done, in Docker's order
   */
  public List<Removed> remove(String reference, boolean force, Set<String> used) {
    throw new UnsupportedOperationException();
  }

  /** One step of a removal. Exactly one of the two is given, as in Docker's answer. */
  public record Removed(Optional<String> untagged, Optional<String> deleted) {}

  /** Makes the built-in image if it is not here, and answers it. */
  public Image hello() {
    throw new UnsupportedOperationException();
  }
}
