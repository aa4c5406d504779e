package io.fairlead.cli;

import io.fairlead.network.port.ContainerPorts;
import io.fairlead.network.port.PublishFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code -p} and {@code --expose} come to in a create request. Whether a port can be had is
 * the daemon's to say; here only the form is judged.
 *
 * @param exposed {@code 80/tcp}, each with an empty object as Docker has it
 * @param bindings by container port, each with {@code HostIp} and {@code HostPort}
 */
record PublishedPorts(
    Map<String, Map<String, String>> exposed, Map<String, List<Map<String, String>>> bindings) {

  static PublishedPorts of(List<String> published, List<String> exposed) {
    var ports = new PublishedPorts(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (String text : published) {
      PublishFlag.parse(text).forEach(ports::publish);
    }
    for (String text : exposed) {
      ports.expose(ContainerPorts.parse(text));
    }
    return ports;
  }

  private void publish(PublishFlag flag) {
    var binding = new LinkedHashMap<String, String>();
    binding.put("HostIp", flag.binding().hostIp());
    binding.put("HostPort", flag.binding().hostPort());
    exposed.put(flag.containerPort(), Map.of());
    bindings.computeIfAbsent(flag.containerPort(), port -> new ArrayList<>()).add(binding);
  }

  private void expose(ContainerPorts ports) {
    for (int port = ports.range().first(); port <= ports.range().last(); port++) {
      exposed.put(port + "/" + ports.protocol(), Map.of());
    }
  }
}
