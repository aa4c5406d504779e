package io.fairlead.api;

import io.fairlead.InvalidRequest;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a create cannot ask for in the modes that have no network of their own, in Docker's words
 * and order. They are told before what is not built: there they would make no sense either.
 */
final class ModeConflicts {
  /**
   * @param path from the request's root, with points
   * @param modes {@code host}, {@code container}
   */
  private record Rule(String path, Set<String> modes, String words) {}

  private static final String OPTIONS = "conflicting options: ";
  private static final String MAC_ADDRESS = OPTIONS + "mac-address and the network mode";
  private static final String UNDEFINED =
      " can't be used with links. This would result in undefined behavior";

  private static final List<Rule> RULES =
      List.of(
          rule("Hostname", "hostname and the network mode", "container"),
          rule("HostConfig.Links", "container type network" + UNDEFINED, "container"),
          rule("HostConfig.Dns", "dns and the network mode", "container"),
          rule(
              "HostConfig.ExtraHosts",
              "custom host-to-IP mapping and the network mode",
              "container"),
          new Rule("MacAddress", Set.of("container", "host"), MAC_ADDRESS),
          rule(
              "HostConfig.PortBindings",
              "port publishing and the container type network mode",
              "container"),
          rule(
              "HostConfig.PublishAllPorts",
              "port publishing and the container type network mode",
              "container"),
          rule("ExposedPorts", "port exposing and the container type network mode", "container"),
          rule("HostConfig.Links", "host type networking" + UNDEFINED, "host"));

  private ModeConflicts() {}

  private static Rule rule(String path, String words, String mode) {
    return new Rule(path, Set.of(mode), OPTIONS + words);
  }

  /**
   * @throws InvalidRequest naming the first that is asked for
   */
  static void refuse(JsonNode create) {
    String kind = kind(new Fields("", create).object("HostConfig").text("NetworkMode"));
    for (Rule rule : RULES) {
      if (rule.modes().contains(kind)
          && !UnbuiltOptions.isEmpty(UnbuiltOptions.at(create, rule.path()))) {
        throw new InvalidRequest(rule.words());
      }
    }
  }

  /** Clients of today ask for a MAC address at the endpoint. */
  static void refuseMacAddress(String mode, Fields endpoint) {
    boolean isShared = Set.of("container", "host").contains(kind(mode));
    if (isShared && !endpoint.text("MacAddress").isEmpty()) {
      throw new InvalidRequest(MAC_ADDRESS);
    }
  }

  private static String kind(String mode) {
    return mode.startsWith("container:") ? "container" : mode;
  }
}
