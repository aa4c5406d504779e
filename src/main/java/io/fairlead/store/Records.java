package io.fairlead.store;

import java.util.List;
import java.util.Optional;

/**
 * The queries, inside one transaction of {@link Store}. What may not be twice (names, leases, tags)
 * is refused by the schema: such a call throws {@link io.fairlead.Conflict} with the object's name
 * in it.
 */
public final class Records {

  /** A value that belongs to the engine itself (its id, the version of its schema's data). */
  public Optional<String> setting(String key) {
    throw new UnsupportedOperationException();
  }

  public void setSetting(String key, String value) {
    throw new UnsupportedOperationException();
  }

  public List<ContainerRow> containers() {
    throw new UnsupportedOperationException();
  }

  public Optional<ContainerRow> container(String id) {
    throw new UnsupportedOperationException();
  }

  public Optional<ContainerRow> containerByName(String name) {
    throw new UnsupportedOperationException();
  }

  /** Those whose id begins so; at most two, which is enough to know that a prefix is ambiguous. */
  public List<ContainerRow> containersByIdPrefix(String prefix) {
    throw new UnsupportedOperationException();
  }

  public List<ContainerRow> containersInSandbox(String sandboxId) {
    throw new UnsupportedOperationException();
  }

  /** Inserts, or replaces the row of that id. */
  public void put(ContainerRow row) {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes the container with its published ports. A sandbox it owned becomes ownerless; it is not
   * removed.
   */
  public void removeContainer(String id) {
    throw new UnsupportedOperationException();
  }

  public List<SandboxRow> sandboxes() {
    throw new UnsupportedOperationException();
  }

  public Optional<SandboxRow> sandbox(String id) {
    throw new UnsupportedOperationException();
  }

  public Optional<SandboxRow> sandboxOwnedBy(String containerId) {
    throw new UnsupportedOperationException();
  }

  public void put(SandboxRow row) {
    throw new UnsupportedOperationException();
  }

  /** Removes the sandbox with its endpoints and their leases. */
  public void removeSandbox(String id) {
    throw new UnsupportedOperationException();
  }

  public List<NetworkRow> networks() {
    throw new UnsupportedOperationException();
  }

  public Optional<NetworkRow> network(String id) {
    throw new UnsupportedOperationException();
  }

  public void put(NetworkRow row) {
    throw new UnsupportedOperationException();
  }

  public void removeNetwork(String id) {
    throw new UnsupportedOperationException();
  }

  public List<EndpointRow> endpointsOfSandbox(String sandboxId) {
    throw new UnsupportedOperationException();
  }

  public List<EndpointRow> endpointsOfNetwork(String networkId) {
    throw new UnsupportedOperationException();
  }

  /** Inserts, or replaces the row of that id, its leases with it. */
  public void put(EndpointRow row) {
    throw new UnsupportedOperationException();
  }

  /**
   * The addresses of one network that are held, and the one handed out last ({@code null} key:
   * never).
   */
  public boolean isLeased(String networkId, String address) {
    throw new UnsupportedOperationException();
  }

  /**
   * The address of this family that was handed out last on a network; the next search begins behind
   * it.
   */
  public Optional<String> lastLease(String networkId, boolean v6) {
    throw new UnsupportedOperationException();
  }

  public void setLastLease(String networkId, boolean v6, String address) {
    throw new UnsupportedOperationException();
  }

  public List<PublishedPortRow> portsOf(String containerId) {
    throw new UnsupportedOperationException();
  }

  public List<PublishedPortRow> ports() {
    throw new UnsupportedOperationException();
  }

  /** Replaces all published ports of a container. */
  public void setPorts(String containerId, List<PublishedPortRow> ports) {
    throw new UnsupportedOperationException();
  }

  public List<ImageRow> images() {
    throw new UnsupportedOperationException();
  }

  public Optional<ImageRow> image(String id) {
    throw new UnsupportedOperationException();
  }

  public Optional<ImageRow> imageByTag(String tag) {
    throw new UnsupportedOperationException();
  }

  public List<ImageRow> imagesByIdPrefix(String hexPrefix) {
    throw new UnsupportedOperationException();
  }

  /** Inserts, or replaces the row of that id; a tag that another image had moves to this one. */
  public void put(ImageRow row) {
    throw new UnsupportedOperationException();
  }

  public void removeImage(String id) {
    throw new UnsupportedOperationException();
  }

  public List<LayerRow> layers() {
    throw new UnsupportedOperationException();
  }

  public Optional<LayerRow> layer(String diffId) {
    throw new UnsupportedOperationException();
  }

  public void put(LayerRow row) {
    throw new UnsupportedOperationException();
  }

  /** Layers that no image names any more. */
  public List<LayerRow> unusedLayers() {
    throw new UnsupportedOperationException();
  }

  public void removeLayer(String diffId) {
    throw new UnsupportedOperationException();
  }
}
