package io.fairlead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code fairlead exec}: starts a further process in a running container. */
final class ExecCommand implements Command {
  private final StreamFlags flags = new StreamFlags();
  private final List<String> environment = new ArrayList<>();
  private boolean isDetached;
  private boolean isPrivileged;
  private String user = "";
  private String workingDirectory = "";

  @Override
  public Usage usage() {
    return Usage.of("exec", "Start a further process in a running container")
        .flag("-d, --detach", "Leave it in the background", on -> isDetached = on)
        .with(flags::describeTerminal)
        .with(flags::describeKeys)
        .option("-e, --env", "NAME=VALUE", "Set a variable", environment::add)
        .option("-w, --workdir", "DIR", "Its working directory", value -> workingDirectory = value)
        .option("-u, --user", "USER[:GROUP]", "The user that runs it", value -> user = value)
        .flag("--privileged", "Give it all capabilities", on -> isPrivileged = on)
        .arguments("CONTAINER COMMAND [ARGUMENT]...", 2, Usage.ANY)
        .endedByArgument()
        .description(
            "Ends as the process did: with its exit code; with 126 where it may not run, 127 where"
                + " there is none.");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    Daemon daemon = host.daemon();
    var terminal = isDetached ? Optional.<Terminal>empty() : flags.terminal();
    String container = Daemon.escape(arguments.getFirst());
    Json created =
        daemon.postJson(
            "/containers/" + container + "/exec", body(arguments.subList(1, arguments.size())));
    String exec = "/exec/" + created.at("Id").text();
    if (isDetached) {
      var _ = daemon.postJson(exec + "/start", Map.of("Detach", true));
      return 0;
    }
    try (var connection = daemon.connect()) {
      var output = daemon.upgrade(connection, exec + "/start", Map.of("Tty", flags.hasTerminal()));
      var end = new Session(daemon, connection, output, flags, exec + "/resize").run(terminal);
      return end == Session.End.LEFT ? 0 : (int) daemon.get(exec + "/json").at("ExitCode").number();
    }
  }

  private Map<String, Object> body(List<String> command) {
    var body = new LinkedHashMap<String, Object>();
    body.put("Cmd", command);
    body.put("AttachStdin", !isDetached && flags.isInteractive());
    body.put("AttachStdout", !isDetached);
    body.put("AttachStderr", !isDetached);
    body.put("Tty", flags.hasTerminal());
    body.put("Env", environment);
    body.put("User", user);
    body.put("WorkingDir", workingDirectory);
    body.put("Privileged", isPrivileged);
    body.put("DetachKeys", flags.detachKeys());
    return body;
  }
}
