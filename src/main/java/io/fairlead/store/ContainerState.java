package io.fairlead.store;

/**
 * Where a container is in its life. {@code starting} and {@code stopping} are found only while, or
 * after, the engine works on it.
 */
public enum ContainerState {
  CREATED,
  STARTING,
  RUNNING,
  STOPPING,
  EXITED
}
