package io.fairlead.api;

import io.fairlead.NotFound;
import io.fairlead.Unavailable;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers for things that this engine does not have, and that clients ask for in passing: {@code
 * docker inspect NAME} tries them all and wants a 404, Compose and Ryuk list volumes.
 */
final class Probes {
  private static final String NO_SWARM =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
          + " connect this node to swarm and try again.";
  private static final List<String> SWARM_OBJECTS =
      List.of("services", "tasks", "nodes", "secrets", "configs");

  /** An empty list of volumes. */
  record Volumes(List<String> volumes, List<String> warnings) {}

  private Probes() {}

  static List<Route> table() {
    List<Route> table = new ArrayList<>();
    table.add(Route.of("GET", "/volumes", x -> x.respond(200, new Volumes(List.of(), List.of()))));
    table.add(Route.of("GET", "/volumes/{name}", Probes::noVolume));
    table.add(Route.of("DELETE", "/volumes/{name}", Probes::noVolume));
    table.add(Route.of("GET", "/plugins", x -> x.respond(200, List.of())));
    table.add(Route.of("GET", "/plugins/{image}/json", Probes::noPlugin));
    table.add(Route.of("GET", "/swarm", Probes::noSwarm));
    table.add(Route.of("GET", "/swarm/unlockkey", Probes::noSwarm));
    for (String action : List.of("init", "join", "leave", "update", "unlock")) {
      table.add(Route.of("POST", "/swarm/" + action, Probes::noSwarm));
    }
    for (String kind : SWARM_OBJECTS) {
      table.add(Route.of("GET", "/" + kind, Probes::noSwarm));
      table.add(Route.of("POST", "/" + kind + "/create", Probes::noSwarm));
      table.add(Route.of("GET", "/" + kind + "/{id}", Probes::noSwarm));
      table.add(Route.of("DELETE", "/" + kind + "/{id}", Probes::noSwarm));
      table.add(Route.of("POST", "/" + kind + "/{id}/update", Probes::noSwarm));
      table.add(Route.of("GET", "/" + kind + "/{id}/logs", Probes::noSwarm));
    }
    return table;
  }

  private static void noVolume(Exchange exchange) {
    String name = exchange.parameter("name");
    throw new NotFound("get %s: no such volume".formatted(name));
  }

  private static void noPlugin(Exchange exchange) {
    throw new NotFound("plugin \"%s\" not found".formatted(exchange.parameter("image")));
  }

  private static void noSwarm(Exchange exchange) {
    throw new Unavailable(NO_SWARM);
  }
}
