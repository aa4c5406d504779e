package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.engine.Engine;
import io.fairlead.engine.EngineInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The engine itself: ping, version, info. */
final class SystemApi {
  private final Engine engine;

  SystemApi(Engine engine) {
    this.engine = engine;
  }

  /** {@code GET} and {@code HEAD /_ping}: what every client asks first. */
  void ping(Exchange exchange) {
    exchange.header("Builder-Version", "1");
    exchange.header("Swarm", "inactive");
    exchange.header("Cache-Control", "no-cache, no-store, must-revalidate");
    exchange.header("Pragma", "no-cache");
    if (exchange.isHead()) {
      exchange.respond(200);
    } else {
      exchange.respondText(200, "OK");
    }
  }

  /** {@code GET /version}. */
  void version(Exchange exchange) {
    EngineInfo info = engine.info();
    exchange.respond(
        200,
        new Version(
            new Platform("Fairlead " + info.version()),
            List.of(
                new Component("Engine", Headers.DOCKER_VERSION, engineDetails(info)),
                new Component("Fairlead", info.version(), Map.of("Id", info.id())),
                new Component(
                    info.runtimeName(),
                    info.runtimeVersion().replaceFirst("^\\S+ version ", ""),
                    Map.of("Path", info.runtimePath().toString()))),
            Headers.DOCKER_VERSION,
            ApiVersion.NEWEST.toString(),
            ApiVersion.OLDEST.toString(),
            gitCommit(info),
            goVersion(),
            "linux",
            Platforms.canonical(info.architecture()),
            info.kernelVersion()));
  }

  private static Map<String, String> engineDetails(EngineInfo info) {
    return Map.of(
        "ApiVersion", ApiVersion.NEWEST.toString(),
        "MinAPIVersion", ApiVersion.OLDEST.toString(),
        "Os", "linux",
        "Arch", Platforms.canonical(info.architecture()),
        "KernelVersion", info.kernelVersion(),
        "GitCommit", gitCommit(info),
        "GoVersion", goVersion(),
        "Experimental", "false");
  }

  /** Docker's clients print it; it names the build in Docker's place for that. */
  private static String gitCommit(EngineInfo info) {
    return "fairlead-" + info.version();
  }

  /** What the engine is written in, in the place where Docker says so. */
  private static String goVersion() {
    return "java" + Runtime.version().feature();
  }

  private record Platform(String name) {}

  private record Component(String name, String version, Map<String, String> details) {}

  private record Version(
      Platform platform,
      List<Component> components,
      String version,
      String apiVersion,
      @JsonProperty("MinAPIVersion") String minApiVersion,
      String gitCommit,
      String goVersion,
      String os,
      String arch,
      String kernelVersion) {}

  /** {@code GET /info}. */
  void info(Exchange exchange) {
    exchange.respond(200, info(engine.info(), exchange.version()));
  }

  private static Facts info(EngineInfo info, ApiVersion version) {
    List<List<String>> status = new ArrayList<>();
    for (String finding : info.findings()) {
      status.add(List.of("Finding", finding));
    }
    return new Facts(
        info.id(),
        info.hostname(),
        Headers.DOCKER_VERSION,
        info.version(),
        "linux",
        info.architecture(),
        info.operatingSystem(),
        info.kernelVersion(),
        info.cpus(),
        info.memoryBytes(),
        info.containersRunning() + info.containersPaused() + info.containersStopped(),
        info.containersRunning(),
        info.containersPaused(),
        info.containersStopped(),
        info.images(),
        info.storageDriver(),
        status,
        new Plugins(List.of("local"), List.of("bridge", "host", "null"), List.of("json-file")),
        "json-file",
        "cgroupfs",
        info.cgroupVersion(),
        List.of("name=seccomp,profile=builtin"),
        Map.of(info.runtimeName(), new RuntimePath(info.runtimePath().toString())),
        info.runtimeName(),
        new Swarm("inactive", false),
        "https://index.docker.io/v1/",
        new Registries(List.of(), Map.of(), List.of()),
        info.dataRoot().toString(),
        info.defaultBridge(),
        version.isAtLeast(49) ? Optional.of(new Firewall("nftables")) : Optional.empty(),
        true,
        true,
        false,
        Json.time(Instant.now()),
        List.of(),
        info.warnings());
  }

  private record Plugins(List<String> volume, List<String> network, List<String> log) {}

  private record RuntimePath(@JsonProperty("path") String path) {}

  /** No registry is set up in any special way. */
  private record Registries(
      @JsonProperty("InsecureRegistryCIDRs") List<String> insecureCidrs,
      Map<String, String> indexConfigs,
      List<String> mirrors) {}

  private record Swarm(String localNodeState, boolean controlAvailable) {}

  private record Firewall(String driver) {}

  private record Facts(
      @JsonProperty("ID") String id,
      String name,
      String serverVersion,
      String fairleadVersion,
      @JsonProperty("OSType") String osType,
      String architecture,
      String operatingSystem,
      String kernelVersion,
      @JsonProperty("NCPU") int cpus,
      long memTotal,
      int containers,
      int containersRunning,
      int containersPaused,
      int containersStopped,
      int images,
      String driver,
      List<List<String>> driverStatus,
      Plugins plugins,
      String loggingDriver,
      String cgroupDriver,
      String cgroupVersion,
      List<String> securityOptions,
      Map<String, RuntimePath> runtimes,
      String defaultRuntime,
      Swarm swarm,
      String indexServerAddress,
      Registries registryConfig,
      String dockerRootDir,
      String defaultBridge,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Firewall> firewallBackend,
      boolean liveRestoreEnabled,
      @JsonProperty("IPv4Forwarding") boolean ipv4Forwarding,
      boolean experimentalBuild,
      String systemTime,
      List<String> labels,
      List<String> warnings) {}
}
