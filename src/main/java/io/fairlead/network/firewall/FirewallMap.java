package io.fairlead.network.firewall;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The sets and maps of the skeleton, by the names that they have there in lower case, with the
 * types that are declared there.
 */
public enum FirewallMap {
  BRIDGES("ifname"),
  NEIGHBOURS("ifname . ifname"),
  FOREIGN_BRIDGES("ifname"),
  SUBNETS4("ranges of ipv4_addr"),
  SUBNETS6("ranges of ipv6_addr"),
  HAIRPIN4("ranges of ipv4_addr . ipv4_addr"),
  HAIRPIN6("ranges of ipv6_addr . ipv6_addr"),
  PUBLISH4("ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service"),
  PUBLISH4_ANY("inet_proto . inet_service : ipv4_addr . inet_service"),
  PUBLISH4_RANGE("ranges of ipv4_addr . inet_proto . inet_service : ipv4_addr"),
  PUBLISH4_RANGE_ANY("ranges of inet_proto . inet_service : ipv4_addr"),
  PUBLISH6("ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service"),
  PUBLISH6_ANY("inet_proto . inet_service : ipv6_addr . inet_service"),
  PUBLISH6_RANGE("ranges of ipv6_addr . inet_proto . inet_service : ipv6_addr"),
  PUBLISH6_RANGE_ANY("ranges of inet_proto . inet_service : ipv6_addr"),
  LEASED4(FirewallTable.BRIDGE, "ipv4_addr"),
  LEASED6(FirewallTable.BRIDGE, "bits_128"),
  SENDERS4(FirewallTable.BRIDGE, "ifname . ipv4_addr"),
  SENDERS6(FirewallTable.BRIDGE, "ifname . bits_128");

  /** What stands before the type where {@code flags interval} is declared. */
  static final String RANGES = "ranges of ";

  private final FirewallTable table;
  private final String type;

  FirewallMap(String type) {
    this(FirewallTable.INET, type);
  }

  FirewallMap(FirewallTable table, String type) {
    this.table = table;
    this.type = type;
  }

  /** The table that it is in. */
  public FirewallTable table() {
    return table;
  }

  /** {@link #RANGES} or nothing, the key's fields, and a map's data behind a colon. */
  String type() {
    return type;
  }

  public String nftName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<FirewallMap> named(String nftName) {
    return Arrays.stream(values()).filter(map -> map.nftName().equals(nftName)).findFirst();
  }
}
