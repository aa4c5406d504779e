package io.fairlead.engine;

import io.fairlead.network.NetworkRequest;
import io.fairlead.store.ContainerRow;
import java.util.Optional;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a container's record keeps of its create, as JSON.
 *
 * @param hostname empty where it is that of the container whose network is joined
 */
record Kept(ContainerSpec spec, RunPlan plan, String hostname) {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static Kept of(ContainerRow row) {
    return JSON.readValue(row.spec(), Kept.class);
  }

  String toJson() {
    return JSON.writeValueAsString(this);
  }

  /** The reference of the container whose network such a one joins. */
  static Optional<String> joined(ContainerSpec spec) {
    return Donors.joined(spec.networkMode());
  }

  Optional<String> joined() {
    return joined(spec);
  }

  boolean isInHostMode() {
    return spec.networkMode().equals("host");
  }

  NetworkRequest networkRequest() {
    return networkRequest(spec.networkMode());
  }

  /** As it was asked for, with the name of the container to join made its id. */
  NetworkRequest joining(String containerId) {
    return networkRequest(Donors.JOINING + containerId);
  }

  private NetworkRequest networkRequest(String mode) {
    return new NetworkRequest(
        mode, plan.exposedPorts(), spec.portBindings(), spec.publishAllPorts());
  }
}
