package io.fairlead.network.explain;

import io.fairlead.InvalidRequest;
import io.fairlead.network.address.Addresses;
import io.fairlead.network.address.Subnet;
import io.fairlead.network.explain.NetworkMap.Carrier;
import io.fairlead.network.explain.NetworkMap.Published;
import io.fairlead.network.firewall.FirewallElement;
import io.fairlead.network.firewall.FirewallMap;
import io.fairlead.network.firewall.Ruleset;
import io.fairlead.network.port.PortRange;
import io.fairlead.network.port.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a listing of our table does to packets: elements that no rule looks up do nothing. */
final class Firewall {
  private static final Pattern LOOKED_UP = Pattern.compile("@(\\w+)");
  private static final Set<FirewallMap> MASQUERADED =
      Set.of(FirewallMap.SUBNETS4, FirewallMap.SUBNETS6);

  private final List<FirewallElement> elements;

  Firewall(String listing) {
    Set<String> lookedUp =
        LOOKED_UP
            .matcher(listing)
            .results()
            .map(MatchResult::group)
            .map(name -> name.substring(1))
            .collect(Collectors.toSet());
    this.elements =
        Ruleset.elementsIn(listing).stream()
            .filter(element -> lookedUp.contains(element.map().nftName()))
            .toList();
  }

  Stream<Subnet> masqueraded() {
    return elements.stream()
        .filter(element -> MASQUERADED.contains(element.map()))
        .flatMap(element -> understood(() -> Subnet.parse(element.key())).stream());
  }

  /** Published ports, whose sandbox is not known here. */
  Stream<Published> translated() {
    return elements.stream()
        .filter(element -> element.map().nftName().startsWith("publish"))
        .flatMap(element -> understood(() -> translated(element)).stream());
  }

  /** Inverse of {@link io.fairlead.network.firewall.PublishElements}. */
  private static Published translated(FirewallElement element) {
    List<String> key = fields(element.key());
    List<String> data = fields(element.data());
    String any = element.map().nftName().startsWith("publish6") ? "::" : "0.0.0.0";
    PortRange ports = PortRange.parse(key.getLast());
    return new Published(
        Carrier.KERNEL,
        Protocol.parse(key.get(key.size() - 2)),
        Addresses.parse(key.size() == 3 ? key.getFirst() : any),
        ports,
        Addresses.parse(data.getFirst()),
        data.size() == 2 ? PortRange.parse(data.getLast()) : ports,
        Optional.empty());
  }

  private static List<String> fields(String text) {
    return Arrays.asList(text.split(" \\. ", -1));
  }

  private interface Reading<T> {
    T read();
  }

  /** Somebody may have put in by hand what we never would: that is left out. */
  private static <T> Optional<T> understood(Reading<T> reading) {
    try {
      return Optional.of(reading.read());
    } catch (InvalidRequest e) {
      return Optional.empty();
    }
  }
}
