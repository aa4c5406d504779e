package io.fairlead.testing;

import io.fairlead.engine.Container;
import io.fairlead.engine.ContainerSpec;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.engine.RestartPolicy;
import io.fairlead.network.port.PortBinding;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.Isolation;
import io.fairlead.runtime.Limits;
import io.fairlead.runtime.OutputSink.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A container as a test wants it, in the words of the command line. */
public final class Wanted {
  private final TestEngine engine;
  private String image;
  private Optional<String> name = Optional.empty();
  private Optional<List<String>> entrypoint = Optional.empty();
  private Optional<List<String>> command = Optional.empty();
  private final List<String> environment = new ArrayList<>();
  private final Map<String, String> labels = new HashMap<>();
  private final Set<String> exposed = new HashSet<>();
  private final Map<String, List<PortBinding>> bindings = new HashMap<>();
  private final List<String> binds = new ArrayList<>();
  private final Set<String> capAdd = new HashSet<>();
  private final Set<String> capDrop = new HashSet<>();
  private String workingDirectory = "";
  private String user = "";
  private String hostname = "";
  private String network = "default";
  private String stopSignal = "";
  private Optional<String> input = Optional.empty();
  private boolean publishAll;
  private boolean isPrivileged;
  private boolean autoRemove;
  private Limits limits = Limits.NONE;
  private Isolation isolation = Isolation.USUAL;
  private RestartPolicy restartPolicy = RestartPolicy.NO;
  private boolean hasTerminal;

  Wanted(TestEngine engine, String image) {
    this.engine = engine;
    this.image = image;
  }

  /** How a run ended, and what it wrote. */
  public record Ran(String id, ExitStatus exit, String stdout, String stderr) {}

  public Wanted image(String reference) {
    image = reference;
    return this;
  }

  public Wanted name(String wanted) {
    name = Optional.of(wanted);
    return this;
  }

  /** Empty: the image's. */
  public Wanted command(String... arguments) {
    command = arguments.length == 0 ? Optional.empty() : Optional.of(List.of(arguments));
    return this;
  }

  public Wanted entrypoint(String... arguments) {
    entrypoint = Optional.of(List.of(arguments));
    return this;
  }

  public Wanted env(String pair) {
    environment.add(pair);
    return this;
  }

  public Wanted label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  public Wanted workingDirectory(String path) {
    workingDirectory = path;
    return this;
  }

  public Wanted user(String wanted) {
    user = wanted;
    return this;
  }

  public Wanted hostname(String wanted) {
    hostname = wanted;
    return this;
  }

  /** {@code bridge}, {@code host}, {@code none}, {@code container:NAME}. */
  public Wanted network(String mode) {
    network = mode;
    return this;
  }

  public Wanted expose(String port) {
    exposed.add(port);
    return this;
  }

  /**
   * @param hostIp empty: every address
   * @param hostPort empty: one is chosen
   * @param containerPort {@code 80/tcp}
   */
  public Wanted publish(String hostIp, String hostPort, String containerPort) {
    bindings
        .computeIfAbsent(containerPort, p -> new ArrayList<>())
        .add(new PortBinding(hostIp, hostPort));
    exposed.add(containerPort);
    return this;
  }

  public Wanted publishAll() {
    publishAll = true;
    return this;
  }

  /** {@code source:target[:ro]} */
  public Wanted bind(String volume) {
    binds.add(volume);
    return this;
  }

  public Wanted capAdd(String capability) {
    capAdd.add(capability);
    return this;
  }

  public Wanted capDrop(String capability) {
    capDrop.add(capability);
    return this;
  }

  public Wanted privileged() {
    isPrivileged = true;
    return this;
  }

  public Wanted autoRemove() {
    autoRemove = true;
    return this;
  }

  public Wanted terminal() {
    hasTerminal = true;
    return this;
  }

  public Wanted stopSignal(String signal) {
    stopSignal = signal;
    return this;
  }

  public Wanted limits(Limits wanted) {
    limits = wanted;
    return this;
  }

  public Wanted isolation(Isolation wanted) {
    isolation = wanted;
    return this;
  }

  /** {@code always}, {@code on-failure}, ... */
  public Wanted restart(String policy, int maximumRetries) {
    restartPolicy = RestartPolicy.of(policy, maximumRetries);
    return this;
  }

  /** What the process reads, and then the end. */
  public Wanted input(String text) {
    input = Optional.of(text);
    return this;
  }

  /** Creates it only, and answers its id. */
  public String create() {
    var created = engine.containers().create(name, spec());
    engine.remember(created.id());
    return created.id();
  }

  /** Creates and starts it, and answers at once. */
  public Container start() {
    String id = create();
    engine.containers().start(id);
    return engine.containers().find(id);
  }

  /** Runs it to its end as the docker command does: create, attach, wait, start. */
  public Ran run() {
    String id = create();
    var sink = new CollectingSink();
    var condition = autoRemove ? WaitCondition.REMOVED : WaitCondition.NEXT_EXIT;
    try (var attachment = engine.containers().attach(id, false, true, sink)) {
      var exit = engine.containers().await(id, condition);
      engine.containers().start(id);
      input.ifPresent(
          text -> {
            attachment.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            attachment.closeInput();
          });
      sink.awaitEnd();
      var status = exit.orTimeout(60, TimeUnit.SECONDS).join();
      return new Ran(id, status, sink.text(Stream.STDOUT), sink.text(Stream.STDERR));
    }
  }

  public ContainerSpec spec() {
    return new ContainerSpec(
        image,
        entrypoint,
        command,
        List.copyOf(environment),
        workingDirectory,
        user,
        hostname,
        Map.copyOf(labels),
        input.isPresent(),
        true,
        true,
        input.isPresent(),
        input.isPresent(),
        hasTerminal,
        ConsoleSize.UNKNOWN,
        network,
        Set.copyOf(exposed),
        Map.copyOf(bindings),
        publishAll,
        List.copyOf(binds),
        Set.copyOf(capAdd),
        Set.copyOf(capDrop),
        isPrivileged,
        autoRemove,
        stopSignal,
        Optional.empty(),
        limits,
        isolation,
        restartPolicy);
  }
}
