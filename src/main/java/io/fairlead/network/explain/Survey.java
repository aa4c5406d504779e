package io.fairlead.network.explain;

import io.fairlead.linux.netlink.Address;
import io.fairlead.linux.netlink.Link;
import io.fairlead.linux.netlink.Route;
import io.fairlead.network.port.Relay;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was read from the kernel in one go, as the kernel says it.
 *
 * @param forwarding the families whose packets the host forwards
 * @param ours indexes of the host's links that bear our mark
 * @param sandboxes by id; without those that are not there
 * @param table nft's listing of our table with its elements; empty if there is none
 * @param relayed what the relay serves
 */
public record Survey(
    Namespace host,
    Set<Family> forwarding,
    Set<Integer> ours,
    Map<String, Namespace> sandboxes,
    String table,
    List<Relay.Service> relayed) {

  public enum Family {
    IPV4,
    IPV6
  }

  /** Of one network namespace: all links and addresses, and the routes of the main table. */
  public record Namespace(List<Link> links, List<Address> addresses, List<Route> routes) {}
}
