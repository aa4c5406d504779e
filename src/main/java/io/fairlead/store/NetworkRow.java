package io.fairlead.store;

import java.time.Instant;
import java.util.List;

/**
 * A network's record.
 *
 * @param driver {@code bridge}, {@code host} or {@code null}, as Docker names them
 * @param link the bridge's interface name on the host; empty for drivers without one
 * @param options driver options, as a JSON object of strings
 */
public record NetworkRow(
    String id,
    String name,
    String driver,
    String link,
    int mtuBytes,
    List<SubnetRow> subnets,
    String options,
    Instant createdAt) {

  /**
   * @param subnet canonical CIDR text
   * @param gateway address text, inside the subnet
   */
  public record SubnetRow(String subnet, String gateway) {}
}
