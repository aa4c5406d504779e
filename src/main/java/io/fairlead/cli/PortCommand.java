package io.fairlead.cli;

import java.util.List;
import java.util.Optional;

/** {@code fairlead port}: where a container's ports are published. */
final class PortCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("port", "Show where a container's ports are published")
        .arguments("CONTAINER [PORT[/tcp|udp]]", 1, 2);
  }

  @Override
  public int run(Host host, List<String> arguments) {
    String name = arguments.getFirst();
    Json container = host.daemon().get("/containers/" + Daemon.escape(name) + "/json");
    Json ports = container.at("NetworkSettings").at("Ports");
    Optional<String> one =
        arguments.stream().skip(1).findFirst().map(p -> p.contains("/") ? p : p + "/tcp");
    if (one.isPresent() && ports.at(one.get()).items().isEmpty()) {
      throw new CommandFailure("no public port '%s' published for %s".formatted(one.get(), name));
    }
    ports
        .fields()
        .forEach(
            (inside, bindings) -> {
              if (one.isEmpty() || one.get().equals(inside)) {
                bindings.items().forEach(b -> System.out.println(line(inside, b, one.isEmpty())));
              }
            });
    return 0;
  }

  private static String line(String inside, Json binding, boolean isNamed) {
    String outside =
        PortWords.host(binding.at("HostIp").text()) + ":" + binding.at("HostPort").text();
    return isNamed ? inside + " -> " + outside : outside;
  }
}
