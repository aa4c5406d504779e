package io.fairlead.cli;

import java.util.List;

/** {@code fairlead run}: makes a container and starts it. */
final class RunCommand implements Command {
  static final int ENGINE_FAILED = 125;
  private static final int MAY_NOT_RUN = 126;
  private static final int NOT_THERE = 127;

  private final CreateFlags flags = new CreateFlags();
  private boolean isDetached;

  @Override
  public Usage usage() {
    return Usage.of("run", "Make a container from an image and start it")
        .flag("-d, --detach", "Leave it in the background and print its id", on -> isDetached = on)
        .with(flags::describe)
        .arguments("IMAGE [COMMAND [ARGUMENT]...]", 1, Usage.ANY)
        .endedByArgument()
        .invalidExitCode(ENGINE_FAILED)
        .description(
            "Stays with the container until it ends, and ends as it did: with its exit code; with"
                + " 125 where the engine failed, 126 where the program may not run, 127 where"
                + " there is none. Ctrl-C goes to the container.");
  }

  @Override
  public int run(Host host, List<String> arguments) throws Exception {
    Daemon daemon = host.daemon();
    if (!isDetached) {
      // A terminal that is not there is told before anything is made.
      var _ = flags.streams().terminal();
    }
    try {
      String id = create(daemon, arguments.getFirst(), arguments.subList(1, arguments.size()));
      return isDetached ? startDetached(daemon, id) : startAttached(daemon, id);
    } catch (Refusal e) {
      throw new CommandFailure(exitCodeOf(e.text()), e.text() + hint(e));
    }
  }

  private String create(Daemon daemon, String image, List<String> command) {
    String query = flags.name().isEmpty() ? "" : "?name=" + Daemon.escape(flags.name());
    Json created =
        daemon.postJson(
            "/containers/create" + query, flags.body(image, command, !isDetached, System::getenv));
    created.at("Warnings").items().forEach(warning -> Say.line("warning: " + warning.text()));
    return created.at("Id").text();
  }

  private int startDetached(Daemon daemon, String id) {
    daemon.post("/containers/" + id + "/start");
    System.out.println(id);
    tellWhereItIs(daemon, id);
    return 0;
  }

  private int startAttached(Daemon daemon, String id) throws Exception {
    String condition = flags.isRemovedAfterwards() ? "removed" : "next-exit";
    return Attachment.of(daemon, id, flags.streams(), condition)
        .start(() -> tellWhereItIs(daemon, id));
  }

  private void tellWhereItIs(Daemon daemon, String id) {
    if (!flags.publishesAnything()) {
      return;
    }
    try {
      Json ports = daemon.get("/containers/" + id + "/json").at("NetworkSettings").at("Ports");
      PortWords.reachable(ports).forEach(Say::line);
    } catch (Refusal gone) {
      return;
    }
    Welcome.onceSayHowOthersConnect(daemon.socket());
  }

  private static String hint(Refusal refusal) {
    return refusal.status() == 404 && refusal.text().startsWith("No such image")
        ? "\n  bring one in with 'fairlead load' (docker save) or 'fairlead import' (a root file system's tar); 'fairlead images' lists those here"
        : "";
  }

  /** As Docker's own command decides it, by the runtime's words. */
  static int exitCodeOf(String message) {
    if (message.contains("executable file not found")
        || message.contains("no such file or directory")
        || message.contains("No such file or directory")) {
      return NOT_THERE;
    }
    boolean isForbidden =
        message.contains("permission denied")
            || message.contains("Permission denied")
            || message.contains("exec format error");
    return isForbidden ? MAY_NOT_RUN : ENGINE_FAILED;
  }
}
