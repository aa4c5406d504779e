package io.fairlead.network.firewall;

/**
 * An element of one of the skeleton's sets and maps.
 *
 * @param key as nft prints it: {@code tcp . 8080}
 * @param data what a map answers for it: {@code 172.17.0.2 . 80}; empty in a set
 */
public record FirewallElement(FirewallMap map, String key, String data) {

  /** An element of a set. */
  public static FirewallElement of(FirewallMap set, String key) {
    return new FirewallElement(set, key, "");
  }

  /** Key and data, as they stand in nft's text. */
  public String text() {
    return data.isEmpty() ? key : key + " : " + data;
  }

  @Override
  public String toString() {
    return "%s { %s }".formatted(map.nftName(), text());
  }
}
