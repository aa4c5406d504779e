package io.fairlead.engine;

import io.fairlead.InvalidRequest;
import io.fairlead.image.ImageConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a create asked for, with what its image says where it asked for nothing. Decided at create
 * and kept, so that a later change of the image changes no container.
 *
 * @param arguments the whole command line, never empty
 * @param environment {@code KEY=VALUE}, without HOSTNAME
 * @param stopSignal a signal's number
 * @param exposedPorts the image's among them
 */
record RunPlan(
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    String user,
    int stopSignal,
    Set<String> exposedPorts) {

  /** What a process has where neither image nor client says otherwise; Docker's. */
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /**
   * @throws InvalidRequest in Docker's words
   */
  static RunPlan of(ContainerSpec spec, ImageConfig image) {
    return new RunPlan(
        arguments(spec, image),
        environment(spec.environment(), image.environment()),
        workingDirectory(firstGiven(spec.workingDirectory(), image.workingDirectory(), "/")),
        firstGiven(spec.user(), image.user(), ""),
        Signals.number(firstGiven(spec.stopSignal(), image.stopSignal(), "SIGTERM")),
        exposedPorts(spec, image));
  }

  private static List<String> arguments(ContainerSpec spec, ImageConfig image) {
    List<String> given = spec.entrypoint().orElse(List.of());
    boolean isReset = given.equals(List.of(""));
    List<String> entrypoint = given.isEmpty() ? image.entrypoint() : isReset ? List.of() : given;
    List<String> command = spec.command().orElse(List.of());
    if (command.isEmpty() && given.isEmpty()) {
      command = image.command();
    }
    var all = new ArrayList<>(entrypoint);
    all.addAll(command);
    if (all.isEmpty()) {
      throw new InvalidRequest("no command specified");
    }
    return List.copyOf(all);
  }

  private static List<String> environment(List<String> given, List<String> image) {
    var byKey = new LinkedHashMap<String, String>();
    byKey.put("PATH", "PATH=" + DEFAULT_PATH);
    for (var pair : image) {
      byKey.put(key(pair), pair);
    }
    for (var pair : given) {
      if (key(pair).isEmpty()) {
        throw new InvalidRequest("invalid environment variable: " + pair);
      }
      if (pair.contains("=")) {
        byKey.put(key(pair), pair);
      } else {
        byKey.remove(pair);
      }
    }
    return List.copyOf(byKey.values());
  }

  private static String key(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0 ? pair : pair.substring(0, equals);
  }

  private static String workingDirectory(String path) {
    if (!path.startsWith("/")) {
      throw new InvalidRequest(
          "the working directory '%s' is invalid, it needs to be an absolute path".formatted(path));
    }
    return path;
  }

  /** A container that joins another's network exposes nothing of its own, whatever its image. */
  private static Set<String> exposedPorts(ContainerSpec spec, ImageConfig image) {
    var ports = new LinkedHashSet<>(spec.exposedPorts());
    if (Kept.joined(spec).isEmpty()) {
      ports.addAll(image.exposedPorts());
    }
    return ports;
  }

  private static String firstGiven(String first, String second, String last) {
    return !first.isEmpty() ? first : !second.isEmpty() ? second : last;
  }
}
