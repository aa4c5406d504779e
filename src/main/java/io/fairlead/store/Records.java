package io.fairlead.store;

import java.util.List;
import java.util.Optional;

/**
 * The queries, inside one transaction of {@link Store}. What may not be twice (names, leases, tags)
 * is refused by the schema: such a call throws {@link io.fairlead.Conflict} with the object's name
 * in it.
 */
public final class Records {
  private final Session session;
  private final ContainerTable containers;
  private final EndpointTable endpoints;
  private final NetworkTable networks;
  private final ImageTable images;
  private final ExecTable execs;

  Records(Session session) {
    this.session = session;
    this.containers = new ContainerTable(session);
    this.endpoints = new EndpointTable(session);
    this.networks = new NetworkTable(session);
    this.images = new ImageTable(session);
    this.execs = new ExecTable(session);
  }

  /** A value that belongs to the engine itself (its id, the version of its schema's data). */
  public Optional<String> setting(String key) {
    return session.first("SELECT value FROM settings WHERE key = ?", row -> row.text("value"), key);
  }

  public void setSetting(String key, String value) {
    session.run(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        key,
        value);
  }

  public List<ContainerRow> containers() {
    return containers.all();
  }

  public Optional<ContainerRow> container(String id) {
    return containers.byId(id);
  }

  public Optional<ContainerRow> containerByName(String name) {
    return containers.byName(name);
  }

  /** Those whose id begins so; at most two, which is enough to know that a prefix is ambiguous. */
  public List<ContainerRow> containersByIdPrefix(String prefix) {
    return containers.byIdPrefix(prefix);
  }

  public List<SandboxMember> membersOf(String sandboxId) {
    return containers.inSandbox(sandboxId);
  }

  /** Inserts, or replaces the row of that id. */
  public void put(ContainerRow row) {
    containers.put(row);
  }

  /**
   * Removes the container with its published ports. A sandbox it owned becomes ownerless; it is not
   * removed.
   */
  public void removeContainer(String id) {
    containers.remove(id);
  }

  public List<ExecRow> execs() {
    return execs.all();
  }

  /** Oldest first. */
  public List<ExecRow> execsOf(String containerId) {
    return execs.of(containerId);
  }

  public Optional<ExecRow> exec(String id) {
    return execs.byId(id);
  }

  /** Inserts, or replaces the row of that id. */
  public void put(ExecRow row) {
    execs.put(row);
  }

  public void removeExec(String id) {
    execs.remove(id);
  }

  public List<SandboxRow> sandboxes() {
    return endpoints.sandboxes();
  }

  public Optional<SandboxRow> sandbox(String id) {
    return endpoints.sandbox(id);
  }

  public Optional<SandboxRow> sandboxOwnedBy(String containerId) {
    return endpoints.sandboxOwnedBy(containerId);
  }

  public void put(SandboxRow row) {
    endpoints.put(row);
  }

  /** Removes the sandbox with its endpoints and their leases. */
  public void removeSandbox(String id) {
    endpoints.removeSandbox(id);
  }

  public List<NetworkRow> networks() {
    return networks.all();
  }

  public Optional<NetworkRow> network(String id) {
    return networks.byId(id);
  }

  public void put(NetworkRow row) {
    networks.put(row);
  }

  /**
   * Removes the network with its subnets.
   *
   * @throws io.fairlead.Conflict while endpoints are on it
   */
  public void removeNetwork(String id) {
    networks.remove(id);
  }

  public Optional<NetworkRow> networkByName(String name) {
    return networks.byName(name);
  }

  public List<EndpointRow> endpointsOfSandbox(String sandboxId) {
    return endpoints.ofSandbox(sandboxId);
  }

  public List<EndpointRow> endpointsOfNetwork(String networkId) {
    return endpoints.ofNetwork(networkId);
  }

  /** Inserts, or replaces the row of that id, its leases with it. */
  public void put(EndpointRow row) {
    endpoints.put(row);
  }

  /** Whether an endpoint of the network holds the address, in whatever spelling. */
  public boolean isLeased(String networkId, String address) {
    return countLeases(networkId, address, address) > 0;
  }

  /** The endpoint of the network that holds the address. */
  public Optional<EndpointRow> leaseHolder(String networkId, String address) {
    return endpoints.holder(networkId, address);
  }

  /**
   * How many addresses are held from the first to the last, both included, of one family: a search
   * for a free one halves its range by this, and so needs few queries however many are held.
   */
  public long countLeases(String networkId, String first, String last) {
    return endpoints.countLeases(networkId, first, last);
  }

  /**
   * The address of this family that was handed out last on a network; the next search begins behind
   * it.
   */
  public Optional<String> lastLease(String networkId, boolean v6) {
    return endpoints.lastLease(networkId, v6);
  }

  public void setLastLease(String networkId, boolean v6, String address) {
    endpoints.setLastLease(networkId, v6, address);
  }

  public List<PublishedPortRow> portsOf(String containerId) {
    return containers.portsOf(containerId);
  }

  public List<PublishedPortRow> ports() {
    return containers.ports();
  }

  /** Replaces all published ports of a container. */
  public void setPorts(String containerId, List<PublishedPortRow> ports) {
    containers.setPorts(containerId, ports);
  }

  /** Newest first, without those that are removed. */
  public List<ImageRow> images() {
    return images.all();
  }

  /** With those that only containers still have. */
  public List<ImageRow> everyImage() {
    return images.every();
  }

  /** Removed images that no container is made of any more. */
  public List<ImageRow> abandonedImages() {
    return images.abandoned();
  }

  /** By its full id, be it removed or not. */
  public Optional<ImageRow> image(String id) {
    return images.byId(id);
  }

  public Optional<ImageRow> imageByTag(String tag) {
    return images.byTag(tag);
  }

  public List<ImageRow> imagesByIdPrefix(String hexPrefix) {
    return images.byIdPrefix(hexPrefix);
  }

  /** Inserts, or replaces the row of that id; a tag that another image had moves to this one. */
  public void put(ImageRow row) {
    images.put(row);
  }

  /** Removes the image with its tags; its layers stay until somebody removes the unused ones. */
  public void removeImage(String id) {
    images.remove(id);
  }

  public List<LayerRow> layers() {
    return images.layers();
  }

  public Optional<LayerRow> layer(String diffId) {
    return images.layer(diffId);
  }

  public void put(LayerRow row) {
    images.put(row);
  }

  /** Layers that no image names any more. */
  public List<LayerRow> unusedLayers() {
    return images.unusedLayers();
  }

  public void removeLayer(String diffId) {
    images.removeLayer(diffId);
  }
}
