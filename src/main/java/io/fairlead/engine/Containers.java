package io.fairlead.engine;

import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The lives of containers. A reference is an id, an unambiguous prefix of one, or a name with or
 * without its slash.
 */
public final class Containers {

  /** What a create answers. */
  public record Created(String id, List<String> warnings) {}

  public enum WaitCondition {
    NOT_RUNNING,
    NEXT_EXIT,
    REMOVED
  }

  /**
   * @param name empty: one is made up
   * @throws io.fairlead.NotFound {@code No such image: x:latest}
   * @throws io.fairlead.Conflict if the name is in use, in Docker's words
   */
  public Created create(Optional<String> name, ContainerSpec spec) {
    throw new UnsupportedOperationException();
  }

  /**
   * @throws io.fairlead.NotFound {@code No such container: x}
   */
  public Container find(String reference) {
    throw new UnsupportedOperationException();
  }

  /** Newest first. */
  public List<Container> list() {
    throw new UnsupportedOperationException();
  }

  /**
   * @return false if it was running already
   */
  public boolean start(String reference) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends the stop signal, waits, then kills.
   *
   * @return false if it was not running
   */
  public boolean stop(String reference, Optional<String> signal, Optional<Integer> timeoutSeconds) {
    throw new UnsupportedOperationException();
  }

  /**
   * @param signal name with or without SIG, or number
   */
  public void kill(String reference, String signal) {
    throw new UnsupportedOperationException();
  }

  public void remove(String reference, boolean force) {
    throw new UnsupportedOperationException();
  }

  /**
   * Completes with the exit status when the condition is met. The container is looked up before
   * this returns.
   */
  public CompletableFuture<ExitStatus> await(String reference, WaitCondition condition) {
    throw new UnsupportedOperationException();
  }

  /**
   * Joins the container's streams, before its start too: output then flows from its first byte.
   *
   * @param replayLog give what the log has first
   * @param stream whether live output follows
   */
  public Attachment attach(String reference, boolean replayLog, boolean stream, OutputSink sink) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads the log into the sink on the calling thread; see {@link
   * io.fairlead.runtime.OciRuntime#readLog}.
   */
  public void logs(String reference, LogRequest request, OutputSink sink) {
    throw new UnsupportedOperationException();
  }
}
