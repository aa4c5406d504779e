package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.network.NetworkSettings.HostPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of {@code docker ps}'s PORTS: exposed, or published somewhere. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PortSummary(
    @JsonProperty("IP") @Nullable String ip,
    int privatePort,
    @Nullable Integer publicPort,
    String type) {

  static List<PortSummary> of(Map<String, List<HostPort>> ports) {
    List<PortSummary> lines = new ArrayList<>();
    ports.forEach(
        (port, places) -> {
          int slash = port.indexOf('/');
          int number = Integer.parseInt(slash < 0 ? port : port.substring(0, slash));
          String type = slash < 0 ? "tcp" : port.substring(slash + 1);
          if (places.isEmpty()) {
            lines.add(new PortSummary(null, number, null, type));
          }
          for (HostPort place : places) {
            lines.add(new PortSummary(place.hostIp(), number, place.hostPort(), type));
          }
        });
    lines.sort(Comparator.comparingInt(PortSummary::privatePort).thenComparing(PortSummary::type));
    return lines;
  }
}
