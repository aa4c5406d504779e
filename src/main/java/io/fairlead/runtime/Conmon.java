package io.fairlead.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fairlead.EngineFault;
import io.fairlead.linux.Fd;
import io.fairlead.linux.Libc;
import io.fairlead.linux.Pipe;
import io.fairlead.linux.Reactor;
import io.fairlead.linux.SeqPacket;
import io.fairlead.linux.Spawn;
import io.fairlead.linux.Trees;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
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
  private static final String MUTE = "conmon failed";

  /** What conmon calls the socket by which the runtime hands a terminal over. */
  private static final String TERMINAL_SOCKET = "conmon-term.XXXXXX";

  /** Makes a directory, in which nothing is left of an earlier engine's. */
  static Path emptyDirectory(Path directory) throws IOException {
    Trees.delete(directory);
    return Files.createDirectories(directory);
  }

  /** What conmon said: the first process, or the runtime's text in {@code message}. */
  private record Answer(int pid, String message) {
    /** Of an exec that has ended already its exit code is there, too, in a line of its own. */
    static Answer parse(String text) {
      if (text.isBlank()) {
        return new Answer(-1, "");
      }
      try {
        JsonNode json = JsonMapper.shared().readTree(text.split("\n", 2)[0]);
        return new Answer(json.path("data").asInt(-1), json.path("message").asString(""));
      } catch (JacksonException e) {
        // Conmon escapes control characters wrongly; its text is good for a person all the same.
        return new Answer(-1, text.strip());
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
    var arguments = common(bundle);
    arguments.addAll(List.of("--log-path", "k8s-file:" + spec.log()));
    if (spec.isStdinOpen()) {
      arguments.add("--stdin");
    }
    addTerminal(arguments, spec.terminal().isPresent());
    if (spec.isStdinOpen() && !spec.isStdinOnce() && spec.terminal().isEmpty()) {
      arguments.add(KEEP_INPUT);
    }
    var sync = Pipe.open();
    var line = answer(sync);
    CompletableFuture<Integer> forked;
    try (var writing = sync.writing()) {
      var inherited = new ArrayList<>(spec.inheritedFds());
      inherited.add(writing.number());
      forked = start(bundle, arguments, inherited, "_OCI_SYNCPIPE=" + (2 + inherited.size()));
    }
    return pid(line, forked, text -> RuntimeErrors.ofCreate(name(), spec.arguments(), text));
  }

  /**
   * Waits until a further process runs in a container.
   *
   * @param search finds out what the runtime may not be heard to say
   * @param joined runs when conmon can be attached to and the process does not run yet
   * @return its pid
   * @throws EngineFault in the runtime's words
   */
  int exec(Bundle bundle, ExecSpec spec, ProgramSearch search, Runnable joined) {
    var arguments = common(bundle);
    arguments.addAll(
        List.of(
            "--log-path",
            "none",
            "--exec",
            "--exec-attach",
            "--exec-process-spec",
            bundle.processConfiguration().toString()));
    if (spec.isStdinOpen()) {
      arguments.add("--stdin");
    }
    addTerminal(arguments, spec.terminal().isPresent());
    var sync = Pipe.open();
    var attach = Pipe.open();
    var start = Pipe.open();
    var line = answer(sync);
    var attachable = answer(attach);
    CompletableFuture<Integer> forked;
    try (var first = start.reading();
        var second = attach.writing();
        var third = sync.writing()) {
      forked =
          start(
              bundle,
              arguments,
              List.of(first.number(), second.number(), third.number()),
              "_OCI_STARTPIPE=3",
              "_OCI_ATTACHPIPE=4",
              "_OCI_SYNCPIPE=5");
    }
    try (var writing = start.writing()) {
      // Conmon waits for a byte before it does anything, and for one more before the process runs.
      go(writing);
      if (!attachable.join().isBlank()) {
        joined.run();
        go(writing);
      }
    }
    String program = spec.arguments().getFirst();
    boolean isTerminal = spec.terminal().isPresent();
    return pid(
        line,
        forked,
        text -> {
          String words = isTerminal && text.startsWith(MUTE) ? search.why(program) : text;
          return RuntimeErrors.ofExec(name(), spec.arguments(), words);
        });
  }

  private static void go(Fd pipe) {
    try (var arena = Arena.ofConfined()) {
      // Where conmon is gone there is nobody to be told, and its answer says why.
      Libc.write(pipe.number(), arena.allocateFrom("0", US_ASCII).asSlice(0, 1));
    }
  }

  private CompletableFuture<String> answer(Pipe pipe) {
    return reactor.text(pipe.reading(), true, ANSWER_LIMIT_BYTES);
  }

  private CompletableFuture<Integer> start(
      Bundle bundle, List<String> arguments, List<Integer> inherited, String... pipes) {
    return spawn.start(
        new Spawn.Command(arguments, environment(pipes), bundle.directory(), inherited, true));
  }

  private static int pid(
      CompletableFuture<String> line,
      CompletableFuture<Integer> forked,
      UnaryOperator<String> explained) {
    var answer = Answer.parse(line.join());
    // Its parent writes the pid file before it ends.
    int exitCode = forked.join();
    if (answer.pid() > 0) {
      return answer.pid();
    }
    String text = answer.message().strip();
    throw new EngineFault(
        explained.apply(text.isEmpty() ? MUTE + " (exit code " + exitCode + ")" : text));
  }

  private List<String> environment(String... pipes) {
    var environment = new ArrayList<>(List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    environment.addAll(List.of(pipes));
    if (terminals.resolve(TERMINAL_SOCKET).toString().length() < SeqPacket.PATH_MAX) {
      environment.add("TMPDIR=" + terminals);
    }
    return environment;
  }

  private ArrayList<String> common(Bundle bundle) {
    return new ArrayList<>(
        List.of(
            program.toString(),
            "--api-version",
            "1",
            "--cid",
            bundle.container(),
            "--cuuid",
            bundle.id(),
            "--name",
            bundle.id().substring(0, 12),
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
            "--log-level",
            "error",
            "--no-sync-log",
            "--full-attach"));
  }

  /** A terminal's input has no end, and a client that leaves one may come back to it. */
  private static void addTerminal(List<String> arguments, boolean isWanted) {
    if (isWanted) {
      arguments.addAll(List.of("--terminal", KEEP_INPUT));
    }
  }

  private String name() {
    return String.valueOf(runtime.getFileName());
  }
}
