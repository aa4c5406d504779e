package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.engine.Container;
import io.fairlead.network.NetworkSettings.EndpointSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A container's place on one network. */
record EndpointJson(
    @JsonProperty("IPAMConfig") @Nullable Object ipamConfig,
    @Nullable List<String> links,
    @Nullable List<String> aliases,
    @Nullable Map<String, String> driverOpts,
    int gwPriority,
    @JsonProperty("NetworkID") String networkId,
    @JsonProperty("EndpointID") String endpointId,
    String gateway,
    @JsonProperty("IPAddress") String address,
    @JsonProperty("IPPrefixLen") int prefixLength,
    @JsonProperty("IPv6Gateway") String gateway6,
    @JsonProperty("GlobalIPv6Address") String address6,
    @JsonProperty("GlobalIPv6PrefixLen") int prefixLength6,
    String macAddress,
    @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {

  static final EndpointJson NONE =
      new EndpointJson(null, null, null, null, 0, "", "", "", "", 0, "", "", 0, "", null);

  static EndpointJson of(EndpointSettings endpoint) {
    return new EndpointJson(
        null,
        null,
        null,
        null,
        0,
        endpoint.networkId(),
        endpoint.endpointId(),
        endpoint.gateway().orElse(""),
        endpoint.address().orElse(""),
        endpoint.address().isPresent() ? endpoint.prefixLength() : 0,
        endpoint.gateway6().orElse(""),
        endpoint.address6().orElse(""),
        endpoint.address6().isPresent() ? endpoint.prefixLength6() : 0,
        endpoint.macAddress(),
        null);
  }

  /** By network. One that was never started has an empty place on the network of its mode. */
  static Map<String, EndpointJson> of(Container container) {
    Map<String, EndpointJson> byName = new LinkedHashMap<>();
    container.network().endpoints().forEach((name, settings) -> byName.put(name, of(settings)));
    String mode = container.spec().networkMode();
    if (byName.isEmpty() && !mode.startsWith("container:")) {
      byName.put(mode.equals("default") ? "bridge" : mode, NONE);
    }
    return byName;
  }
}
