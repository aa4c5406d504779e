package io.fairlead.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/** {@code fairlead daemon status}: whether one answers, and which. */
final class DaemonStatusCommand implements Command {
  private static final int NOT_RUNNING = 3;

  private final Format format = new Format();

  @Override
  public Usage usage() {
    return Usage.of("daemon status", "Tell whether a daemon answers, and which")
        .with(format::describe)
        .description("Ends with 0 if one answers, with 3 if none does.");
  }

  @Override
  public int run(Host host, List<String> arguments) {
    Path socket = host.socket();
    boolean answers = host.daemonIfAny().answers();
    var status = new LinkedHashMap<String, Object>();
    status.put("Socket", socket.toString());
    status.put("Answers", answers);
    DaemonNote.read(socket)
        .filter(note -> note.process().isPresent())
        .ifPresent(
            note -> {
              status.put("Pid", note.pid());
              status.put("Started", note.started().toString());
              status.put("Build", note.build());
              status.put("DataRoot", note.dataRoot().toString());
              status.put("ExecRoot", note.execRoot().toString());
              status.put("Log", note.log().toString());
            });
    System.out.print(format.isJson() ? Json.line(status) + "\n" : text(new Json(status)));
    return answers ? 0 : NOT_RUNNING;
  }

  private static String text(Json status) {
    String socket = status.at("Socket").text();
    if (status.at("Pid").isMissing()) {
      return (status.at("Answers").isTrue() ? "An unknown daemon answers" : "No daemon answers")
          + " on "
          + socket
          + "\n";
    }
    var age = Duration.between(Instant.parse(status.at("Started").text()), Instant.now());
    return """
    %s on %s
      pid:        %s, up %s
      build:      %s
      data root:  %s
      exec root:  %s
      log:        %s
    """
        .formatted(
            status.at("Answers").isTrue()
                ? "A daemon answers"
                : "A daemon runs but does not answer",
            socket,
            status.at("Pid").text(),
            Words.duration(age).toLowerCase(Locale.ROOT),
            status.at("Build").text(),
            status.at("DataRoot").text(),
            status.at("ExecRoot").text(),
            status.at("Log").text());
  }
}
