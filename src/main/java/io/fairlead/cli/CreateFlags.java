package io.fairlead.cli;

import io.fairlead.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The flags that describe a container, as Docker has them, and the create request they come to. */
final class CreateFlags {
  private boolean isRemovedAfterwards;
  private final StreamFlags streams = new StreamFlags();
  private boolean isAllPublished;
  private boolean isPrivileged;
  private String name = "";
  private String workingDirectory = "";
  private String user = "";
  private String hostname = "";
  private String network = "default";
  private @Nullable String entrypoint;
  private final List<String> environment = new ArrayList<>();
  private final List<Path> environmentFiles = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private final LimitFlags limits = new LimitFlags();
  private final IsolationFlags isolation = new IsolationFlags();
  private final Map<String, Object> stop = new LinkedHashMap<>();
  private final List<String> binds = new ArrayList<>();
  private final List<String> published = new ArrayList<>();
  private final List<String> exposed = new ArrayList<>();
  private final List<String> addedCapabilities = new ArrayList<>();
  private final List<String> droppedCapabilities = new ArrayList<>();

  void describe(Usage usage) {
    describeLife(usage);
    describeNetwork(usage);
    limits.describe(usage);
    limits.describeFixed(usage);
    isolation.describe(usage);
    usage
        .option(
            "--stop-signal",
            "SIGNAL",
            "What asks it to end (default: the image's, or SIGTERM)",
            value -> stop.put("StopSignal", value))
        .option(
            "--stop-timeout",
            "SECONDS",
            "How long it has to end before it is killed (default: 10)",
            value -> stop.put("StopTimeout", LimitFlags.whole("--stop-timeout", value)));
  }

  private void describeLife(Usage usage) {
    usage
        .flag("--rm", "Remove the container when it has ended", on -> isRemovedAfterwards = on)
        .with(streams::describe)
        .option("--name", "NAME", "Its name (default: one is made up)", value -> name = value)
        .option(
            "-e, --env",
            "NAME[=VALUE]",
            "Set a variable; without a value, the one it has here",
            environment::add)
        .option(
            "--env-file",
            "FILE",
            "Read variables from a file, one a line, # before comments",
            file -> environmentFiles.add(Path.of(file)))
        .option(
            "-w, --workdir",
            "DIR",
            "The working directory inside",
            value -> workingDirectory = value)
        .option(
            "-u, --user",
            "USER[:GROUP]",
            "The user that runs it, by name or number",
            value -> user = value)
        .option(
            "--entrypoint",
            "PROGRAM",
            "Run this instead of the image's entrypoint",
            value -> entrypoint = value)
        .option(
            "-h, --hostname",
            "NAME",
            "The host name inside (default: the first digits of the id)",
            value -> hostname = value)
        .option("-l, --label", "NAME[=VALUE]", "Set a label on it", labels::add)
        .option(
            "-v, --volume",
            "SOURCE:TARGET[:ro]",
            "Show a directory or file of the host inside",
            binds::add)
        .option("--cap-add", "CAP", "Give it a capability more, or ALL", addedCapabilities::add)
        .option("--cap-drop", "CAP", "Take a capability away, or ALL", droppedCapabilities::add)
        .flag(
            "--privileged",
            "All capabilities, all devices, no seccomp, nothing masked",
            on -> isPrivileged = on);
  }

  private void describeNetwork(Usage usage) {
    usage
        .option(
            "-p, --publish",
            "[[IP:]HOST:]PORT[/tcp|udp]",
            "Make a port of the container reachable at one of the host; ranges too",
            published::add)
        .flag(
            "-P, --publish-all",
            "Publish every exposed port at a free port of the host",
            on -> isAllPublished = on)
        .option(
            "--expose",
            "PORT[/tcp|udp]",
            "Name a port that the container serves; ranges too",
            exposed::add)
        .option(
            "--network, --net",
            "MODE",
            "bridge (the default), host, none, container:NAME",
            value -> network = value);
  }

  String name() {
    return name;
  }

  /** How our streams are joined to its own. */
  StreamFlags streams() {
    return streams;
  }

  boolean isRemovedAfterwards() {
    return isRemovedAfterwards;
  }

  boolean publishesAnything() {
    return isAllPublished || !published.isEmpty();
  }

  /**
   * The body of the create request.
   *
   * @param hostEnvironment what {@code -e NAME} reads
   */
  Map<String, Object> body(
      String image,
      List<String> command,
      boolean isAttached,
      UnaryOperator<@Nullable String> hostEnvironment) {
    PublishedPorts ports = PublishedPorts.of(published, exposed);
    var body = new LinkedHashMap<String, Object>();
    body.put("Image", image);
    if (!command.isEmpty()) {
      body.put("Cmd", command);
    }
    Optional.ofNullable(entrypoint).ifPresent(program -> body.put("Entrypoint", List.of(program)));
    body.put("Hostname", hostname);
    body.put("User", user);
    body.put("WorkingDir", workingDirectory);
    body.put("Env", environment(hostEnvironment));
    body.put("Labels", labels());
    body.put("AttachStdin", isAttached && streams.attachesInput());
    body.put("AttachStdout", isAttached && streams.attaches("stdout"));
    body.put("AttachStderr", isAttached && streams.attaches("stderr"));
    body.put("OpenStdin", streams.isInteractive());
    body.put("StdinOnce", isAttached && streams.isInteractive());
    body.put("Tty", streams.hasTerminal());
    body.put("ExposedPorts", ports.exposed());
    body.putAll(stop);
    body.put("HostConfig", hostConfig(ports));
    return body;
  }

  private Map<String, Object> hostConfig(PublishedPorts ports) {
    var config = new LinkedHashMap<String, Object>();
    config.put("NetworkMode", network);
    config.put("AutoRemove", isRemovedAfterwards);
    config.put("Binds", binds.stream().map(CreateFlags::withAbsoluteSource).toList());
    config.put("PortBindings", ports.bindings());
    config.put("PublishAllPorts", isAllPublished);
    config.put("CapAdd", addedCapabilities);
    config.put("CapDrop", droppedCapabilities);
    config.put("Privileged", isPrivileged);
    config.putAll(limits.fields());
    config.putAll(isolation.fields());
    return config;
  }

  /** The daemon does not know our working directory. */
  private static String withAbsoluteSource(String bind) {
    int colon = bind.indexOf(':');
    boolean isRelative = bind.startsWith(".") && colon > 0;
    return isRelative
        ? Path.of(bind.substring(0, colon)).toAbsolutePath().normalize() + bind.substring(colon)
        : bind;
  }

  private List<String> environment(UnaryOperator<@Nullable String> hostEnvironment) {
    var all = new ArrayList<String>();
    for (Path file : environmentFiles) {
      try {
        Files.readAllLines(file).stream()
            .map(String::stripLeading)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(all::add);
      } catch (IOException e) {
        throw new CommandFailure(125, "--env-file %s cannot be read: %s".formatted(file, e));
      }
    }
    all.addAll(environment);
    var set = new ArrayList<String>();
    for (String variable : all) {
      if (variable.startsWith("=") || variable.isEmpty()) {
        throw new InvalidRequest("invalid environment variable: " + variable);
      }
      if (variable.contains("=")) {
        set.add(variable);
      } else {
        Optional.ofNullable(hostEnvironment.apply(variable))
            .ifPresent(value -> set.add(variable + "=" + value));
      }
    }
    return set;
  }

  private Map<String, String> labels() {
    var map = new LinkedHashMap<String, String>();
    for (String label : labels) {
      int equals = label.indexOf('=');
      map.put(
          equals < 0 ? label : label.substring(0, equals),
          equals < 0 ? "" : label.substring(equals + 1));
    }
    return map;
  }
}
