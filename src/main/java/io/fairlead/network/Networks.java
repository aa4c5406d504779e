package io.fairlead.network;

import io.fairlead.linux.Fd;
import io.fairlead.store.ContainerRow;
import io.fairlead.store.Records;
import io.fairlead.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The network, as the engine sees it: allocate, record, apply. What the kernel shall have follows
 * from the records alone; {@link #apply} is the one call that brings it about, for a start, a stop,
 * a failure and a removal alike.
 */
public final class Networks implements AutoCloseable {

  /**
   * Makes the default bridge's record on first use, observes the kernel, and mends what differs
   * from the records, which the engine has corrected by what runs. Removes what no record claims.
   *
   * @param conmonPidfd by container id: a descriptor of its conmon's process, if it lives; held
   *     ports are found through it
   */
  public static Networks open(
      NetworkConfig config, Store store, Function<String, Optional<Fd>> conmonPidfd) {
    throw new UnsupportedOperationException();
  }

  /**
   * Checks a request's form, at create. Changes nothing.
   *
   * @throws io.fairlead.InvalidRequest for a malformed port or conflicting options
   * @throws io.fairlead.NotFound for an unknown network
   */
  public void check(NetworkRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * Decides all that a start needs (sandbox, addresses, MAC, host ports) and holds it, without
   * changing a record or the network.
   *
   * @throws io.fairlead.EngineFault if a port is taken: names its holder, in Docker's words
   */
  public Allocation allocate(String containerId, NetworkRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * What was decided for one start. Closing it before it was recorded gives everything back;
   * afterwards it does nothing.
   */
  public interface Allocation extends AutoCloseable {
    /** Writes it, in the transaction that makes the container {@code starting}. */
    void record(Records records);

    /** The sandbox to join; null in host mode. */
    @Nullable String sandboxId();

    /**
     * What conmon shall inherit: the queue of held ports. Valid until {@link Networks#apply}
     * withdraws the ports.
     */
    List<Integer> inheritedFds();

    @Override
    void close();
  }

  /**
   * Brings the kernel to what the records say now about this sandbox: it is there while a container
   * that is starting, running or stopping is in it; its published ports are there while its owner
   * is. A sandbox whose owner was removed and that nobody is in loses its record too.
   *
   * @throws io.fairlead.linux.KernelException or {@link io.fairlead.EngineFault} if a change was
   *     refused; what had been applied stays, until the records are compensated and this is called
   *     again
   */
  public void apply(String sandboxId) {
    throw new UnsupportedOperationException();
  }

  /** The pin's path: what {@code nsenter --net=} and the runtime take. */
  public Path pin(String sandboxId) {
    throw new UnsupportedOperationException();
  }

  public NetworkSettings settings(ContainerRow container, NetworkRequest request) {
    throw new UnsupportedOperationException();
  }

  public List<NetworkView> list() {
    throw new UnsupportedOperationException();
  }

  /**
   * @throws io.fairlead.NotFound {@code network x not found}
   */
  public NetworkView find(String reference) {
    throw new UnsupportedOperationException();
  }

  /** What was found and chosen at start, one line each. */
  public List<String> findings() {
    throw new UnsupportedOperationException();
  }

  /** Removes every link, table, element and pin of this engine from the kernel. */
  public void purge() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
