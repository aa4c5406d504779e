package io.fairlead.store;

/**
 * Where a container is in its life. {@code starting} and {@code stopping} are found only while, or
 * after, the engine works on it; {@code restarting} is one that has ended and will be brought back.
 */
public enum ContainerState {
  CREATED,
  STARTING,
  RUNNING,
  PAUSED,
  STOPPING,
  RESTARTING,
  EXITED
}
