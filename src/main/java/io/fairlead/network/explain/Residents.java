package io.fairlead.network.explain;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Which containers are where, as the records say: of the network itself they tell nothing that a
 * map shows.
 *
 * @param isEverybody whether no container was named, so that all are here
 * @param onHost containers in host mode
 * @param sandboxes that containers are in
 * @param resting containers that were named and do not run
 * @param networks names of networks, by the bridge of each
 */
public record Residents(
    boolean isEverybody,
    List<Container> onHost,
    List<Sandbox> sandboxes,
    List<Container> resting,
    Map<String, String> networks) {

  /**
   * @param state in lower case, as {@code docker ps} knows it
   * @param isOwner whether the sandbox was made for it
   */
  public record Container(String id, String name, String state, boolean isOwner) {}

  /**
   * @param pin the path by which {@code nsenter --net=} finds it
   * @param leases addresses that are held for it; published ports may still lead there
   */
  public record Sandbox(
      String id, Path pin, List<InetAddress> leases, List<Container> containers) {}
}
