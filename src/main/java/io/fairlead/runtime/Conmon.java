package io.fairlead.runtime;

import io.fairlead.EngineFault;
import io.fairlead.linux.Pipe;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import io.fairlead.linux.Spawn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts conmon, which has the runtime make a container, holds its streams, writes its log and
 * waits for its end. Conmon forks away from us and outlives us.
 *
 * @param program conmon's path
 * @param runtime crun's or runc's path
 * @param state where the runtime keeps its own notes ({@code --root})
 * @param terminals where a socket is for as long as a terminal is being handed over
 */
record Conmon(
    Path program, Path runtime, Path state, Path terminals, Spawn spawn, Reactor reactor) {
  /** Without it conmon ends the input as soon as a client leaves. */
  static final String KEEP_INPUT = "--leave-stdin-open";

  private static final int ANSWER_LIMIT_BYTES = 1 << 16;

  /** What conmon calls the socket by which the runtime hands a terminal over. */
  private static final String TERMINAL_SOCKET = "conmon-term.XXXXXX";

  /** What conmon said: the first process, or the runtime's text in {@code message}. */
  private record Answer(int pid, String message) {
    static Answer parse(String line) {
      if (line.isBlank()) {
        return new Answer(-1, "");
      }
      try {
        JsonNode json = JsonMapper.shared().readTree(line);
        return new Answer(json.path("data").asInt(-1), json.path("message").asString(""));
      } catch (JacksonException e) {
        // Conmon escapes control characters wrongly; its text is good for a person all the same.
        return new Answer(-1, line.strip());
      }
    }
  }

  /**
   * Waits until the container is made.
   *
   * @return the pid of its first process
   * @throws EngineFault in the runtime's words
   */
  int create(Bundle bundle, ProcessSpec spec) {
    var pipe = Pipe.open();
    var line = reactor.text(pipe.reading(), true, ANSWER_LIMIT_BYTES);
    CompletableFuture<Integer> forked;
    try (var writing = pipe.writing()) {
      var inherited = new ArrayList<>(spec.inheritedFds());
      inherited.add(writing.number());
      int syncPipe = 2 + inherited.size();
      var command =
          new Spawn.Command(
              arguments(bundle, spec),
              environment("_OCI_SYNCPIPE=" + syncPipe),
              bundle.directory(),
              inherited,
              true);
      forked = spawn.start(command);
    }
    var answer = Answer.parse(line.join());
    // Its parent writes the pid file before it ends.
    int exitCode = forked.join();
    if (answer.pid() > 0) {
      return answer.pid();
    }
    String text = answer.message().strip();
    throw new EngineFault(
        RuntimeErrors.explain(
            name(),
            spec.arguments(),
            text.isEmpty() ? "conmon failed (exit code " + exitCode + ")" : text));
  }

  private List<String> environment(String... pipes) {
    var environment = new ArrayList<>(List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    environment.addAll(List.of(pipes));
    if (terminals.resolve(TERMINAL_SOCKET).toString().length() < SeqPacket.PATH_MAX) {
      environment.add("TMPDIR=" + terminals);
    }
    return environment;
  }

  private List<String> arguments(Bundle bundle, ProcessSpec spec) {
    var arguments =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--api-version",
                "1",
                "--cid",
                spec.id(),
                "--cuuid",
                spec.id(),
                "--name",
                spec.id().substring(0, 12),
                "--runtime",
                runtime.toString(),
                "--runtime-arg=--root",
                "--runtime-arg=" + state,
                "--bundle",
                bundle.directory().toString(),
                "--persist-dir",
                bundle.directory().toString(),
                "--conmon-pidfile",
                bundle.conmonPidFile().toString(),
                "--container-pidfile",
                bundle.pidFile().toString(),
                "--log-path",
                "k8s-file:" + spec.log(),
                "--log-level",
                "error",
                "--no-sync-log",
                "--full-attach"));
    if (spec.isStdinOpen()) {
      arguments.add("--stdin");
    }
    if (spec.terminal().isPresent()) {
      arguments.add("--terminal");
    }
    // A terminal's input has no end, and a client that leaves one may come back to it.
    if (spec.terminal().isPresent() || (spec.isStdinOpen() && !spec.isStdinOnce())) {
      arguments.add(KEEP_INPUT);
    }
    return arguments;
  }

  private String name() {
    return String.valueOf(runtime.getFileName());
  }
}
