package io.fairlead.network;

import io.fairlead.store.NetworkRow;
import java.util.List;
import java.util.Map;

/**
 * A network and who is on it, as inspect shows it.
 *
 * @param members by container id
 */
public record NetworkView(NetworkRow network, Map<String, Member> members) {
  /**
   * @param addresses with prefix length ({@code 172.17.0.2/16})
   */
  public record Member(String name, String endpointId, String mac, List<String> addresses) {}
}
