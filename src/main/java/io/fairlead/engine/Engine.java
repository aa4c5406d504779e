package io.fairlead.engine;

import io.fairlead.image.Images;
import io.fairlead.network.NetworkView;
import java.util.List;

/**
 * A container engine: the composition root. No statics, no fixed paths; several live in one JVM.
 */
public final class Engine implements AutoCloseable {

  /**
   * Opens an engine on its roots, after it has mended what a crash left.
   *
   * @throws io.fairlead.Conflict if another engine has these roots
   * @throws io.fairlead.EngineFault if the machine lacks what is needed; says what
   */
  public static Engine open(EngineConfig config) {
    throw new UnsupportedOperationException();
  }

  public Containers containers() {
    throw new UnsupportedOperationException();
  }

  public Images images() {
    throw new UnsupportedOperationException();
  }

  public List<NetworkView> networks() {
    throw new UnsupportedOperationException();
  }

  /**
   * @param reference name, id, or an unambiguous prefix of one
   * @throws io.fairlead.NotFound {@code network x not found}
   */
  public NetworkView network(String reference) {
    throw new UnsupportedOperationException();
  }

  public EngineInfo info() {
    throw new UnsupportedOperationException();
  }

  /** Leaves containers running. */
  @Override
  public void close() {}

  /**
   * Ends and removes everything of this engine: containers, images, links, tables, roots. Closes
   * it.
   */
  public void purge() {
    throw new UnsupportedOperationException();
  }
}
