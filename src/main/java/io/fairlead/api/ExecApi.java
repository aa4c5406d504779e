package io.fairlead.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fairlead.InvalidRequest;
import io.fairlead.engine.Engine;
import io.fairlead.engine.Exec;
import io.fairlead.engine.ExecRequest;
import io.fairlead.engine.Execs;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ConsoleSize;
import io.fairlead.runtime.OutputSink.Stream;
import io.fairlead.store.ExecState;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Further processes in containers: create, start, resize, inspect. */
final class ExecApi {
  private static final Logger LOG = LoggerFactory.getLogger(ExecApi.class);

  private final Engine engine;

  ExecApi(Engine engine) {
    this.engine = engine;
  }

  private Execs execs() {
    return engine.execs();
  }

  private record Created(String id) {}

  /** {@code POST /containers/{id}/exec}. */
  void create(Exchange exchange) throws IOException {
    var body = new Fields("", exchange.json());
    String keys = body.text("DetachKeys");
    if (!keys.isEmpty()) {
      DetachKeys.parse(keys);
    }
    var request =
        new ExecRequest(
            body.words("Cmd").orElse(List.of()),
            environment(body.texts("Env")),
            body.text("WorkingDir"),
            body.text("User"),
            body.flag("Privileged"),
            body.flag("AttachStdin"),
            body.flag("AttachStdout"),
            body.flag("AttachStderr"),
            body.flag("Tty"),
            ConsoleSizes.of(body),
            keys);
    exchange.respond(201, new Created(execs().create(exchange.parameter("id"), request)));
  }

  private static List<String> environment(List<String> entries) {
    for (String entry : entries) {
      if (entry.isEmpty() || entry.startsWith("=")) {
        throw new InvalidRequest("invalid environment variable: " + entry);
      }
    }
    return entries;
  }

  /** {@code POST /exec/{id}/start}. The connection ends when the process has ended. */
  void start(Exchange exchange) throws Exception {
    String id = exchange.parameter("id");
    var body = new Fields("", exchange.optionalJson());
    if (body.flag("Detach")) {
      execs().startDetached(id);
      exchange.respond(200);
    } else {
      startAttached(exchange, execs().find(id), ConsoleSizes.of(body));
    }
  }

  private void startAttached(Exchange exchange, Exec exec, ConsoleSize size) throws Exception {
    ExecRequest request = exec.request();
    StreamForm form = StreamForm.of(request.tty());
    var sink = new AttachSink(wanted(request), form);
    var hijack = new Hijacking(exchange, form);
    try (Attachment process =
        execs().start(exec.id(), size, sink, () -> sink.open(hijack.take()))) {
      exchange.onGone(process::close);
      Hijack client = hijack.take();
      var input = new InputForwarding(client, process);
      if (!request.attachStdin()) {
        client.input().skip(Long.MAX_VALUE);
      } else if (!request.tty()) {
        input.forward(true);
      } else if (input.forwardTyped(DetachKeys.ofRequest(request.detachKeys()))) {
        execs().tellDetached(exec.id());
      }
      client.awaitClosed();
    } catch (RuntimeException e) {
      if (!hijack.isTaken()) {
        throw e;
      }
      // The client has the head of an answer, and reads in its stream what went wrong.
      LOG.debug("exec {} did not start", exec.id(), e);
      hijack.take().awaitClosed();
    } finally {
      sink.drop();
    }
  }

  private static Set<Stream> wanted(ExecRequest request) {
    Set<Stream> wanted = EnumSet.noneOf(Stream.class);
    if (request.attachStdout() || request.tty()) {
      wanted.add(Stream.STDOUT);
    }
    if (request.attachStderr()) {
      wanted.add(Stream.STDERR);
    }
    return wanted;
  }

  /** The head of the answer, sent once. */
  private static final class Hijacking {
    private final Exchange exchange;
    private final StreamForm form;
    private @Nullable Hijack taken;

    Hijacking(Exchange exchange, StreamForm form) {
      this.exchange = exchange;
      this.form = form;
    }

    Hijack take() {
      Hijack hijack = taken == null ? exchange.hijack(form) : taken;
      taken = hijack;
      return hijack;
    }

    boolean isTaken() {
      return taken != null;
    }
  }

  /** {@code POST /exec/{id}/resize}. */
  void resize(Exchange exchange) {
    ConsoleSize size = ConsoleSizes.of(exchange.query());
    execs().resize(exchange.parameter("id"), size);
    exchange.respond(200);
  }

  private record Inspected(
      @JsonProperty("ID") String id,
      boolean running,
      @Nullable Integer exitCode,
      ProcessConfig processConfig,
      boolean openStdin,
      boolean openStderr,
      boolean openStdout,
      boolean canRemove,
      @JsonProperty("ContainerID") String containerId,
      String detachKeys,
      int pid) {}

  private record ProcessConfig(
      @JsonProperty("tty") boolean tty,
      @JsonProperty("entrypoint") String entrypoint,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("privileged") boolean privileged,
      @JsonProperty("user") String user) {}

  /** {@code GET /exec/{id}/json}. */
  void inspect(Exchange exchange) {
    Exec exec = execs().find(exchange.parameter("id"));
    ExecRequest request = exec.request();
    List<String> command = request.command();
    exchange.respond(
        200,
        new Inspected(
            exec.id(),
            exec.state() == ExecState.RUNNING,
            exec.state() == ExecState.EXITED ? exec.exitCode() : null,
            new ProcessConfig(
                request.tty(),
                command.getFirst(),
                command.subList(1, command.size()),
                request.isPrivileged(),
                request.user()),
            request.attachStdin(),
            request.attachStderr(),
            request.attachStdout(),
            exec.state() == ExecState.EXITED,
            exec.containerId(),
            request.detachKeys(),
            exec.pid()));
  }
}
