package io.fairlead.api;

import io.fairlead.Forbidden;
import io.fairlead.InvalidRequest;
import io.fairlead.NotBuilt;
import io.fairlead.engine.Container;
import io.fairlead.engine.Engine;
import io.fairlead.store.NetworkRow;
import java.io.IOException;
import java.util.Optional;

/**
 * Connecting containers to networks, and disconnecting. What the modes rule out is told; the rest
 * is not built, and with the three networks that are always there it makes no sense but for taking
 * a container off its bridge.
 */
final class AttachmentsApi {
  private static final String SHARED =
      "container sharing network namespace with another container or host cannot be connected to"
          + " any other network";
  private static final String HOST =
      "container cannot be disconnected from host network or connected to host network";
  private static final String NONE =
      "container cannot be connected to multiple networks with one of the networks in private"
          + " (none) mode";

  private final Engine engine;

  AttachmentsApi(Engine engine) {
    this.engine = engine;
  }

  /** What a request names. */
  private record Named(Container container, NetworkRow network) {
    String mode() {
      String mode = container.spec().networkMode();
      return mode.equals("default") ? "bridge" : mode;
    }

    boolean isItsOwn() {
      return network.name().equals(mode());
    }
  }

  private Named named(Exchange exchange) throws IOException {
    Container container =
        engine.containers().find(new Fields("", exchange.json()).text("Container"));
    return new Named(container, engine.network(exchange.parameter("id")).network());
  }

  /** {@code POST /networks/{id}/connect}. */
  void connect(Exchange exchange) throws IOException {
    Named named = named(exchange);
    refusal(named)
        .ifPresent(
            words -> {
              throw new InvalidRequest(words);
            });
    if (named.isItsOwn()) {
      throw new Forbidden(
          "endpoint with name %s already exists in network %s"
              .formatted(named.container().name(), named.network().name()));
    }
    throw new NotBuilt("not built in this version: connecting a container to a network");
  }

  private static Optional<String> refusal(Named named) {
    String mode = named.mode();
    String network = named.network().name();
    if (mode.startsWith("container:")) {
      return Optional.of(SHARED);
    }
    if (named.isItsOwn()) {
      return Optional.empty();
    }
    if (network.equals("host")) {
      return Optional.of(HOST);
    }
    if (mode.equals("host")) {
      return Optional.of(SHARED);
    }
    return mode.equals("none") || network.equals("none") ? Optional.of(NONE) : Optional.empty();
  }

  /** {@code POST /networks/{id}/disconnect}. */
  void disconnect(Exchange exchange) throws IOException {
    Named named = named(exchange);
    if (!named.isItsOwn()) {
      throw new InvalidRequest(
          "container %s is not connected to the network %s"
              .formatted(named.container().id(), named.network().name()));
    }
    if (named.mode().equals("host")) {
      throw new InvalidRequest(HOST);
    }
    throw new NotBuilt("not built in this version: disconnecting a container");
  }
}
