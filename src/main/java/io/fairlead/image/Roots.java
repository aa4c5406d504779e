package io.fairlead.image;

import io.fairlead.store.Store;
import java.nio.file.Path;
import java.util.Set;

/**
 * Containers' root file systems: an overlay of the image's layers, or a copy of them where the data
 * root's file system refuses to hold an overlay's upper directory.
 */
public final class Roots {

  /**
   * Probes once whether the data root can hold an upper directory.
   *
   * @param execRoot a shared mount already; the roots are mounted below it
   */
  public static Roots open(Store store, Path dataRoot, Path execRoot) {
    throw new UnsupportedOperationException();
  }

  /** {@code overlay2}, or {@code vfs} where layers are copied. */
  public String driver() {
    throw new UnsupportedOperationException();
  }

  /** Why copies are used, else empty. */
  public String reason() {
    throw new UnsupportedOperationException();
  }

  /** Mounts the container's root, making its upper directory on first use. May be repeated. */
  public Path mount(String containerId, Image image) {
    throw new UnsupportedOperationException();
  }

  /** Unmounts; what the container wrote is kept. May be repeated. */
  public void unmount(String containerId) {
    throw new UnsupportedOperationException();
  }

  /** Unmounts and removes what the container wrote. May be repeated. */
  public void remove(String containerId) {
    throw new UnsupportedOperationException();
  }

  /** Unmounts and removes what belongs to no container of these. */
  public void sweep(Set<String> containers, Set<String> running) {
    throw new UnsupportedOperationException();
  }
}
