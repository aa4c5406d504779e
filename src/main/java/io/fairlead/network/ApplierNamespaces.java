package io.fairlead.network;

import io.fairlead.linux.Fd;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.LinkChange;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The applier's hand for new namespaces. One may be made, its veth with it, while the records of
 * its start are still being written: without a pin nothing but this process holds it, and what is
 * in it is gone with the process.
 */
final class ApplierNamespaces implements AutoCloseable {
  private final Fd host;
  private final ApplierVeths veths;
  private final Map<Place.Sandbox, Unpinned> prepared = new HashMap<>();

  ApplierNamespaces(Fd host, ApplierVeths veths) {
    this.host = host;
    this.veths = veths;
  }

  /**
   * A namespace without a pin.
   *
   * @param veth the pair of which one end is in it
   */
  record Unpinned(Interior interior, Optional<BornVeth> veth) {}

  /**
   * A pair that bears no mark yet.
   *
   * @param link the host's end
   */
  record BornVeth(Fact.Veth veth, Link link) {}

  void prepare(Place.Sandbox sandbox, Optional<Fact.Veth> veth) {
    if (prepared.containsKey(sandbox)) {
      return;
    }
    Interior interior = create();
    try {
      var born = veth.map(wanted -> new BornVeth(wanted, veths.makeUnmarked(wanted, interior)));
      prepared.put(sandbox, new Unpinned(interior, born));
    } catch (RuntimeException e) {
      interior.close();
      throw e;
    }
  }

  /** What was prepared, or a new namespace; the caller's from now on. */
  Unpinned take(Place.Sandbox sandbox) {
    Unpinned taken = prepared.remove(sandbox);
    return taken == null ? new Unpinned(create(), Optional.empty()) : taken;
  }

  /** Nobody will take it any more. */
  void drop(Place.Sandbox sandbox) {
    Unpinned dropped = prepared.remove(sandbox);
    if (dropped != null) {
      dropped.interior().close();
    }
  }

  /** With its loopback up. */
  private Interior create() {
    Interior interior = Interior.create(host);
    try {
      interior.links().request(LinkChange.of("lo").up().request());
      return interior;
    } catch (RuntimeException e) {
      interior.close();
      throw e;
    }
  }

  @Override
  public void close() {
    prepared.values().forEach(unpinned -> unpinned.interior().close());
    prepared.clear();
  }
}
