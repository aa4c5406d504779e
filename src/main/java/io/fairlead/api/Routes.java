package io.fairlead.api;

import io.fairlead.NotBuilt;
import io.fairlead.engine.Engine;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of all operations. Each is served without a version, as the newest, and under {@code
 * /v1.24} to {@code /v1.51}.
 */
final class Routes {
  private static final Pattern VERSIONED = Pattern.compile("/v([0-9][0-9.]*)(/.*)");

  private final List<Route> table;

  /** What is to be done for a request. */
  record Match(
      Operation operation,
      Map<String, String> parameters,
      ApiVersion version,
      boolean isHijacking) {}

  Routes(List<Route> table) {
    this.table = List.copyOf(table);
  }

  static Routes of(Engine engine) {
    var system = new SystemApi(engine);
    var info = engine.info();
    var containers = new ContainersApi(engine, info);
    var life = new LifeApi(engine);
    var streams = new ContainerStreams(engine);
    var execs = new ExecApi(engine);
    var files = new FilesApi(engine);
    var statistics = new StatsApi(engine);
    var images = new ImagesApi(engine, info);
    var transfers = new ImageTransfers(engine, info);
    var networks = new NetworksApi(engine);
    var attachments = new AttachmentsApi(engine);
    var events = new EventsApi(engine);
    List<Route> table = new ArrayList<>();
    table.addAll(
        List.of(
            Route.of("GET", "/_ping", system::ping),
            Route.of("HEAD", "/_ping", system::ping),
            Route.of("GET", "/version", system::version),
            Route.of("GET", "/info", system::info),
            Route.of("GET", "/events", events::stream),
            Route.of("GET", "/containers/json", containers::list),
            Route.of("POST", "/containers/create", containers::create),
            Route.of("GET", "/containers/{id}/json", containers::inspect),
            Route.of("POST", "/containers/{id}/start", containers::start),
            Route.of("POST", "/containers/{id}/stop", containers::stop),
            Route.of("POST", "/containers/{id}/kill", containers::kill),
            Route.of("POST", "/containers/{id}/restart", life::restart),
            Route.of("POST", "/containers/{id}/pause", life::pause),
            Route.of("POST", "/containers/{id}/unpause", life::unpause),
            Route.of("POST", "/containers/{id}/rename", life::rename),
            Route.of("POST", "/containers/{id}/update", life::update),
            Route.of("GET", "/containers/{id}/top", life::top),
            Route.of("DELETE", "/containers/{id}", containers::remove),
            Route.of("POST", "/containers/{id}/wait", streams::await),
            Route.of("GET", "/containers/{id}/logs", streams::logs),
            Route.hijacking("POST", "/containers/{id}/attach", streams::attach),
            Route.of("POST", "/containers/{id}/resize", containers::resize),
            Route.of("GET", "/containers/{id}/stats", statistics::stats),
            Route.of("HEAD", "/containers/{id}/archive", files::look),
            Route.of("GET", "/containers/{id}/archive", files::pack),
            Route.of("PUT", "/containers/{id}/archive", files::unpack),
            Route.of("GET", "/containers/{id}/export", files::export),
            Route.of("GET", "/containers/{id}/changes", files::changes),
            Route.of("POST", "/containers/{id}/exec", execs::create),
            Route.hijacking("POST", "/exec/{id}/start", execs::start),
            Route.of("POST", "/exec/{id}/resize", execs::resize),
            Route.of("GET", "/exec/{id}/json", execs::inspect),
            Route.of("GET", "/images/json", images::list),
            Route.of("POST", "/images/create", transfers::create),
            Route.of("POST", "/images/load", transfers::load),
            Route.of("GET", "/images/{image}/json", images::inspect),
            Route.of("GET", "/images/{image}/history", images::history),
            Route.of("DELETE", "/images/{image}", images::remove),
            Route.of("POST", "/images/{image}/tag", images::tag),
            Route.of("POST", "/images/prune", images::prune),
            Route.of("GET", "/images/get", transfers::saveAll),
            Route.of("GET", "/images/{image}/get", transfers::saveOne),
            Route.of("POST", "/containers/prune", containers::prune),
            Route.of("GET", "/networks", networks::list),
            Route.of("GET", "/networks/{id}", networks::inspect),
            Route.of("POST", "/networks/{id}/connect", attachments::connect),
            Route.of("POST", "/networks/{id}/disconnect", attachments::disconnect),
            // Not Docker's: for the clients that know this engine.
            Route.of("GET", "/fairlead/map", new MapApi(engine)::map)));
    table.addAll(Probes.table());
    table.addAll(notBuilt());
    return new Routes(table);
  }

  /** Operations of Docker's that this version does not have. */
  private static List<Route> notBuilt() {
    return List.of(
        notBuilt("GET", "/containers/{id}/attach/ws", "attaching by a web socket"),
        notBuilt("GET", "/containers/{id}/checkpoints", "checkpoints"),
        notBuilt("POST", "/containers/{id}/checkpoints", "checkpoints"),
        notBuilt("DELETE", "/containers/{id}/checkpoints/{checkpoint}", "checkpoints"),
        notBuilt("POST", "/build", "building images"),
        notBuilt("POST", "/build/prune", "building images"),
        notBuilt("POST", "/build/cancel", "building images"),
        notBuilt("POST", "/session", "building images"),
        notBuilt("POST", "/grpc", "building images"),
        notBuilt("POST", "/images/{image}/push", "pushing images"),
        notBuilt("GET", "/images/search", "searching a registry"),
        notBuilt("GET", "/distribution/{image}/json", "asking a registry"),
        notBuilt("POST", "/auth", "logging in to a registry"),
        notBuilt("POST", "/commit", "making an image of a container"),
        notBuilt("GET", "/system/df", "disk usage"),
        notBuilt("POST", "/volumes/create", "volumes; bind a directory instead"),
        notBuilt("POST", "/volumes/prune", "volumes"),
        notBuilt("PUT", "/volumes/{name}", "volumes"),
        notBuilt("POST", "/networks/create", "networks of one's own"),
        notBuilt("POST", "/networks/prune", "networks of one's own"),
        notBuilt("DELETE", "/networks/{id}", "networks of one's own"));
  }

  private static Route notBuilt(String method, String path, String what) {
    return Route.of(
        method,
        path,
        _ -> {
          throw new NotBuilt("not built in this version: " + what);
        });
  }

  List<Route> table() {
    return table;
  }

  /** Finds what to do; where that is nothing, the operation throws the refusal. */
  Match match(HttpMethod method, String uri) {
    try {
      return find(method.name(), path(uri));
    } catch (Refusal refusal) {
      return refuse(refusal);
    }
  }

  static Match refuse(Refusal refusal) {
    Operation operation =
        _ -> {
          throw refusal;
        };
    return new Match(operation, Map.of(), ApiVersion.NEWEST, false);
  }

  private Match find(String method, String path) {
    Matcher versioned = VERSIONED.matcher(path);
    String bare = versioned.matches() ? versioned.group(2) : path;
    ApiVersion version =
        versioned.matches() ? ApiVersion.parse(versioned.group(1)) : ApiVersion.NEWEST;
    for (Route route : table) {
      if (route.method().equals(method)) {
        Optional<Map<String, String>> parameters = route.match(bare);
        if (parameters.isPresent()) {
          return new Match(route.operation(), parameters.get(), version, route.isHijacking());
        }
      }
    }
    throw new Refusal(404, "page not found");
  }

  private static String path(String uri) {
    String path = uri;
    int scheme = uri.indexOf("://");
    if (scheme > 0 && !uri.startsWith("/")) {
      int slash = uri.indexOf('/', scheme + 3);
      path = slash < 0 ? "/" : uri.substring(slash);
    }
    try {
      return new QueryStringDecoder(path).path();
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "malformed path: " + e.getMessage());
    }
  }
}
