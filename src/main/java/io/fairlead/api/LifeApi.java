package io.fairlead.api;

import io.fairlead.NotBuilt;
import io.fairlead.engine.Containers;
import io.fairlead.engine.Engine;
import io.fairlead.engine.ProcessList;
import io.fairlead.engine.RestartPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** Containers between their start and their end: restart, pause, rename, update, top. */
final class LifeApi {
  private final Engine engine;

  LifeApi(Engine engine) {
    this.engine = engine;
  }

  private Containers containers() {
    return engine.containers();
  }

  /** {@code POST /containers/{id}/restart}. */
  void restart(Exchange exchange) {
    Query query = exchange.query();
    OptionalInt seconds = query.number("t");
    containers()
        .restart(
            exchange.parameter("id"),
            query.text("signal"),
            seconds.isPresent() ? Optional.of(seconds.getAsInt()) : Optional.empty());
    exchange.respond(204);
  }

  /** {@code POST /containers/{id}/pause}. */
  void pause(Exchange exchange) {
    containers().alterations().pause(exchange.parameter("id"));
    exchange.respond(204);
  }

  /** {@code POST /containers/{id}/unpause}. */
  void unpause(Exchange exchange) {
    containers().alterations().unpause(exchange.parameter("id"));
    exchange.respond(204);
  }

  /** {@code POST /containers/{id}/rename}. */
  void rename(Exchange exchange) {
    containers()
        .alterations()
        .rename(exchange.parameter("id"), exchange.query().text("name").orElse(""));
    exchange.respond(204);
  }

  private record Updated(List<String> warnings) {}

  /** {@code POST /containers/{id}/update}. */
  void update(Exchange exchange) throws IOException {
    JsonNode body = exchange.json();
    UnbuiltOptions.refuseInHostConfig(body);
    Fields host = new Fields("", body);
    for (String fixed : List.of("Ulimits", "Devices", "DeviceCgroupRules")) {
      if (!host.get(fixed).isEmpty()) {
        throw new NotBuilt(
            "not built in this version: changing %s of a container; make a new one"
                .formatted(fixed));
      }
    }
    Optional<RestartPolicy> policy =
        host.object("RestartPolicy").text("Name").isEmpty()
            ? Optional.empty()
            : Optional.of(ResourcesRequest.restartPolicy(host));
    containers()
        .alterations()
        .update(exchange.parameter("id"), ResourcesRequest.limits(host), policy);
    exchange.respond(200, new Updated(List.of()));
  }

  /** {@code GET /containers/{id}/top}. */
  void top(Exchange exchange) {
    ProcessList list =
        containers()
            .alterations()
            .processes(
                exchange.parameter("id"),
                exchange.query().text("ps_args").filter(text -> !text.isBlank()).orElse("-ef"));
    exchange.respond(200, list);
  }
}
