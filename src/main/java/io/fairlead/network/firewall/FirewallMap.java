package io.fairlead.network.firewall;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The sets and maps of the skeleton, by the names that they have there in lower case. */
public enum FirewallMap {
  BRIDGES,
  NEIGHBOURS,
  SUBNETS4,
  SUBNETS6,
  HAIRPIN4,
  HAIRPIN6,
  PUBLISH4,
  PUBLISH4_ANY,
  PUBLISH4_RANGE,
  PUBLISH4_RANGE_ANY,
  PUBLISH6,
  PUBLISH6_ANY,
  PUBLISH6_RANGE,
  PUBLISH6_RANGE_ANY;

  public String nftName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<FirewallMap> named(String nftName) {
    return Arrays.stream(values()).filter(map -> map.nftName().equals(nftName)).findFirst();
  }
}
