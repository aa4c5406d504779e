package io.fairlead.store;

/** Where a further process of a container is in its life; none is started twice. */
public enum ExecState {
  CREATED,
  RUNNING,
  EXITED
}
