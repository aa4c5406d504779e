package io.fairlead.cli;

import io.fairlead.engine.EngineConfig;
import io.fairlead.linux.NetNamespace;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code fairlead daemon}: the engine behind a socket, in the foreground. */
final class DaemonCommand implements Command {
  static final Path DEFAULT_DATA_ROOT = Path.of("/var/lib/fairlead");
  static final Path DEFAULT_EXEC_ROOT = Path.of("/run/fairlead");
  private static final Set<String> LOG_LEVELS = Set.of("trace", "debug", "info", "warn", "error");

  private final List<URI> addresses = new ArrayList<>();
  private Optional<String> group = Optional.empty();
  private Path dataRoot = DEFAULT_DATA_ROOT;
  private Path execRoot = DEFAULT_EXEC_ROOT;
  private String runtime = "auto";
  private Optional<String> bridge = Optional.empty();
  private Optional<String> bip = Optional.empty();
  private boolean hasIpv6;
  private Optional<String> fixedCidrV6 = Optional.empty();
  private Optional<Integer> mtuBytes = Optional.empty();
  private boolean leavesForeignFirewalls;
  private String logLevel = "info";
  private boolean reportsReady;

  @Override
  public Usage usage() {
    return Usage.of("daemon", "Run the daemon in the foreground")
        .option(
            "-H, --host",
            "unix://PATH|tcp://HOST:PORT",
            "Where to serve the Docker Engine API; may be given several times (default: unix://"
                + Host.USUAL_SOCKET
                + ")",
            value -> addresses.add(address(value)))
        .option(
            "--group",
            "GROUP",
            "A group, by name or number, that may use the socket; its members are as good as root",
            value -> group = Optional.of(value))
        .option(
            "--data-root",
            "DIR",
            "Images, containers, records, log (default: /var/lib/fairlead)",
            value -> dataRoot = Path.of(value))
        .option(
            "--exec-root",
            "DIR",
            "What lives until the machine stops (default: /run/fairlead)",
            value -> execRoot = Path.of(value))
        .option(
            "--runtime",
            "crun|runc|PATH",
            "What starts containers (default: crun where it runs, else runc)",
            value -> runtime = value)
        .with(this::describeNetwork)
        .option(
            "--log-level",
            "LEVEL",
            "trace, debug, info (the default), warn or error",
            value -> logLevel = level(value))
        .flag(
            "--report-ready",
            "Print progress and then 'ready' on standard output, and log to the file only",
            on -> reportsReady = on)
        .description(
            "SIGTERM and Ctrl-C stop the daemon and leave containers running; the next daemon on"
                + " the same roots takes them over.");
  }

  private void describeNetwork(Usage usage) {
    usage
        .option(
            "--bridge",
            "NAME",
            "The default bridge (default: docker0 where it is free, else fairlead0, ...)",
            value -> bridge = Optional.of(value))
        .option(
            "--bip",
            "ADDRESS/BITS",
            "Its address and subnet (default: 172.17.0.1/16 where it is free)",
            value -> bip = Optional.of(value))
        .flag("--ipv6", "IPv6 on the default bridge too", on -> hasIpv6 = on)
        .option(
            "--fixed-cidr-v6",
            "SUBNET/BITS",
            "Its IPv6 subnet (default: one out of fd00::/8)",
            value -> fixedCidrV6 = Optional.of(value))
        .option(
            "--mtu",
            "BYTES",
            "Its MTU (default: that of the host's default route, else 1500)",
            value -> mtuBytes = Optional.of(mtu(value)))
        .option(
            "--foreign-firewall",
            "add-accept|leave",
            "Where Docker's or ufw's rules drop what is forwarded: add one that accepts what this"
                + " engine forwards (the default), or leave them alone",
            value -> leavesForeignFirewalls = leaves(value));
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    List<URI> served =
        addresses.isEmpty() ? List.of(URI.create("unix://" + host.socket())) : addresses;
    new DaemonProcess(served, group, config(), logLevel, reportsReady).run();
    return 0;
  }

  private EngineConfig config() {
    return new EngineConfig(
        dataRoot.toAbsolutePath(),
        execRoot.toAbsolutePath(),
        hostNamespace(),
        bridge,
        bip,
        hasIpv6,
        fixedCidrV6,
        mtuBytes,
        runtime,
        leavesForeignFirewalls);
  }

  /** Where the daemon was started; other threads of it will be in other namespaces. */
  static NetNamespace hostNamespace() {
    return new NetNamespace(Path.of("/proc/" + ProcessHandle.current().pid() + "/ns/net"));
  }

  private static URI address(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          2, "'%s' is no address; expected unix:///PATH or tcp://HOST:PORT".formatted(text));
    }
  }

  private static String level(String text) {
    if (!LOG_LEVELS.contains(text)) {
      throw new CommandFailure(
          2, "--log-level is trace, debug, info, warn or error, not '%s'".formatted(text));
    }
    return text;
  }

  private static boolean leaves(String text) {
    return switch (text) {
      case "add-accept" -> false;
      case "leave" -> true;
      default ->
          throw new CommandFailure(
              2, "--foreign-firewall is add-accept or leave, not '%s'".formatted(text));
    };
  }

  private static int mtu(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new CommandFailure(2, "--mtu is a number of bytes, not '%s'".formatted(text));
    }
  }
}
