package io.fairlead.cli;

import io.fairlead.cli.map.MapView;
import io.fairlead.cli.map.MapView.Bridge;
import io.fairlead.cli.map.MapView.Container;
import io.fairlead.cli.map.MapView.HostEnd;
import io.fairlead.cli.map.MapView.Inner;
import io.fairlead.cli.map.MapView.Link;
import io.fairlead.cli.map.MapView.Port;
import io.fairlead.cli.map.MapView.Route;
import io.fairlead.cli.map.MapView.Sandbox;
import io.fairlead.cli.map.PictureOfMap;
import io.fairlead.cli.map.TextOfMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code fairlead map}: the network of containers, as the kernel has it now. */
final class MapCommand implements Command {
  /** What each form of a map is made by. */
  private static final Map<String, Function<Json, String>> FORMS =
      Map.of(
          "text", answer -> TextOfMap.of(view(answer)),
          "json", answer -> Json.pretty(answer) + "\n",
          "svg", answer -> PictureOfMap.of(view(answer)));

  private Function<Json, String> form = answer -> TextOfMap.of(view(answer));
  private String file = "";

  @Override
  public Usage usage() {
    return Usage.of("map", "Draw the network of containers, as the kernel has it now")
        .option(
            "--format",
            "text|json|svg",
            "Lines of text (the default), JSON, or a picture",
            value -> form = form(value))
        .option("-o, --output", "FILE", "Where to (default: standard output)", v -> file = v)
        .arguments("[CONTAINER...]", 0, Usage.ANY)
        .description(
            "Shows the host, bridges, veth pairs, sandboxes, addresses, routes and published ports of"
                + " the containers that are named, or of all. Who is where comes from the records,"
                + " all else from the kernel.");
  }

  private static Function<Json, String> form(String name) {
    return Optional.ofNullable(FORMS.get(name))
        .orElseThrow(
            () ->
                new CommandFailure(
                    2, "--format takes 'text', 'json' or 'svg', not '%s'".formatted(name)));
  }

  @Override
  public int run(Host host, List<String> containers) throws IOException {
    String query =
        containers.stream()
            .map(name -> "container=" + Daemon.escape(name))
            .collect(Collectors.joining("&", "?", ""));
    String map = form.apply(host.daemon().get("/fairlead/map" + query));
    if (file.isEmpty()) {
      System.out.print(map);
    } else {
      Files.writeString(Path.of(file), map);
    }
    return 0;
  }

  static MapView view(Json map) {
    Json host = map.at("Host");
    return new MapView(
        new MapView.Host(
            host.at("ForwardsIPv4").isTrue(),
            host.at("ForwardsIPv6").isTrue(),
            all(host, "Links", MapCommand::link),
            all(host, "Routes", MapCommand::route),
            all(host, "Containers", MapCommand::container)),
        all(
            map,
            "Bridges",
            bridge ->
                new Bridge(
                    bridge.at("Network").text(),
                    link(bridge.at("Link")),
                    texts(bridge, "Masquerades"))),
        all(map, "Sandboxes", MapCommand::sandbox),
        all(map, "Published", MapCommand::port),
        all(map, "Stopped", MapCommand::container));
  }

  private static Sandbox sandbox(Json sandbox) {
    return new Sandbox(
        sandbox.at("Id").text(),
        sandbox.at("Pin").text(),
        sandbox.at("There").isTrue(),
        all(sandbox, "Links", inner -> new Inner(link(inner.at("Link")), hostEnd(inner))),
        all(sandbox, "Routes", MapCommand::route),
        all(sandbox, "Containers", MapCommand::container));
  }

  private static Optional<HostEnd> hostEnd(Json inner) {
    return Optional.of(inner.at("HostEnd"))
        .filter(end -> !end.isMissing())
        .map(
            end ->
                new HostEnd(
                    link(end.at("Link")), end.at("Bridge").text(), end.at("Ours").isTrue()));
  }

  private static Link link(Json link) {
    return new Link(
        link.at("Name").text(),
        link.at("Up").isTrue(),
        link.at("Mac").text(),
        texts(link, "Addresses"));
  }

  private static Route route(Json route) {
    return new Route(
        route.at("Destination").text(), route.at("Gateway").text(), route.at("Link").text());
  }

  private static Container container(Json container) {
    return new Container(
        container.at("Name").text(), container.at("State").text(), container.at("Owner").isTrue());
  }

  private static Port port(Json port) {
    return new Port(
        port.at("By").text().equals("relay"),
        port.at("Protocol").text(),
        port.at("HostAddress").text(),
        port.at("HostPorts").text(),
        port.at("Target").text(),
        port.at("TargetPorts").text(),
        port.at("Sandbox").text());
  }

  private static <T> List<T> all(Json of, String name, Function<Json, T> read) {
    return of.at(name).items().stream().map(read).toList();
  }

  private static List<String> texts(Json of, String name) {
    return all(of, name, Json::text);
  }
}
