package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.Unavailable;
import io.fairlead.engine.Container;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.engine.Engine;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink.Stream;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The answers that take time: wait, logs, attach. */
final class ContainerStreams {
  private final Engine engine;
  private final EarlyClients early = new EarlyClients();

  ContainerStreams(Engine engine) {
    this.engine = engine;
  }

  private record WaitAnswer(int statusCode, @Nullable WaitError error) {
    static WaitAnswer failed(Throwable cause) {
      return new WaitAnswer(-1, new WaitError(Failures.message(cause).message()));
    }
  }

  private record WaitError(String message) {}

  /**
   * {@code POST /containers/{id}/wait}. The head is sent at once: {@code docker run} waits for it
   * before it starts the container.
   */
  void await(Exchange exchange) throws Exception {
    String text = exchange.query().text("condition").orElse("not-running");
    WaitCondition condition =
        exchange.version().isAtLeast(30) ? condition(text) : WaitCondition.NOT_RUNNING;
    Container container = engine.containers().find(exchange.parameter("id"));
    boolean isEarly =
        condition != WaitCondition.NOT_RUNNING && !ContainerStatus.isRunning(container);
    CompletableFuture<ExitStatus> exit = engine.containers().await(container.id(), condition);
    CompletableFuture<WaitAnswer> end =
        exit.thenCompose(status -> isEarly ? afterOutput(container, status) : answer(status));
    exchange.onGone(
        () -> {
          end.completeExceptionally(
              new Unavailable("the daemon is stopping; the container may still run"));
          exit.cancel(false);
        });
    try (ResponseStream answer = exchange.stream(200, "application/json")) {
      answer.json(end.exceptionally(WaitAnswer::failed).join());
    }
  }

  private static CompletableFuture<WaitAnswer> answer(ExitStatus status) {
    return CompletableFuture.completedFuture(new WaitAnswer(status.code(), null));
  }

  /**
   * For one who waited before the start: {@code docker run} looks at nothing else once this answer
   * is there, not at an error in its stream either (runContainer of docker/cli's
   * cli/command/container/run.go, 20.10 to 29). So it comes when those who had attached before the
   * start have the output, or with the reason why one of them has not.
   */
  private CompletableFuture<WaitAnswer> afterOutput(Container container, ExitStatus status) {
    return early
        .keptUp(container.id())
        .thenApply(
            cutOff ->
                new WaitAnswer(
                    status.code(),
                    cutOff.map(AttachSink::cutOffWords).map(WaitError::new).orElse(null)));
  }

  private static WaitCondition condition(String text) {
    return switch (text) {
      case "not-running" -> WaitCondition.NOT_RUNNING;
      case "next-exit" -> WaitCondition.NEXT_EXIT;
      case "removed" -> WaitCondition.REMOVED;
      default ->
          throw new InvalidRequest(
              "invalid condition: \"%s\": expected not-running, next-exit or removed"
                  .formatted(text));
    };
  }

  /** {@code GET /containers/{id}/logs}. */
  void logs(Exchange exchange) throws IOException {
    Query query = exchange.query();
    Set<Stream> wanted = streams(query);
    if (wanted.isEmpty()) {
      throw new InvalidRequest("Bad parameters: you must choose at least one stream");
    }
    Instant now = Instant.now();
    var request =
        new LogRequest(
            query.flag("follow"),
            wanted.contains(Stream.STDOUT),
            wanted.contains(Stream.STDERR),
            tail(query.text("tail").orElse("all")),
            query.time("since", now),
            query.time("until", now));
    Container container = engine.containers().find(exchange.parameter("id"));
    StreamForm form = StreamForm.of(container.spec().tty());
    exchange.onGone(Thread.currentThread()::interrupt);
    // Closed only where it ends well: what breaks off shall not look complete.
    ResponseStream answer = exchange.stream(200, form.type(exchange.version()));
    var sink = new LogSink(answer::write, form, query.flag("timestamps"), query.flag("details"));
    engine.containers().logs(container.id(), request, sink);
    if (exchange.gone().isDone()) {
      throw new IOException("the client or the daemon has gone before the log's end");
    }
    answer.close();
  }

  private static Set<Stream> streams(Query query) {
    Set<Stream> wanted = EnumSet.noneOf(Stream.class);
    if (query.flag("stdout")) {
      wanted.add(Stream.STDOUT);
    }
    if (query.flag("stderr")) {
      wanted.add(Stream.STDERR);
    }
    return wanted;
  }

  /** A negative number means all, as with Docker. */
  private static OptionalInt tail(String text) {
    if (text.equals("all")) {
      return OptionalInt.empty();
    }
    if (!text.matches("-?\\d{1,9}")) {
      throw new InvalidRequest(
          "invalid tail \"%s\": expected all, or a number of lines".formatted(text));
    }
    int lines = Integer.parseInt(text);
    return lines < 0 ? OptionalInt.empty() : OptionalInt.of(lines);
  }

  /**
   * {@code POST /containers/{id}/attach}. {@code docker run} attaches before it starts the
   * container. The connection ends when the process has ended.
   */
  void attach(Exchange exchange) throws Exception {
    Query query = exchange.query();
    Container container = engine.containers().find(exchange.parameter("id"));
    var keys = DetachKeys.ofRequest(query.text("detachKeys").orElse(""));
    StreamForm form = StreamForm.of(container.spec().tty());
    if (query.flag("logs")) {
      Hijack client = exchange.hijack(form);
      replay(container, streams(query), client);
      if (query.flag("stream")) {
        attachLive(exchange, container, keys, () -> client);
      } else {
        client.close();
        client.awaitClosed();
      }
    } else if (query.flag("stream")) {
      attachLive(exchange, container, keys, () -> exchange.hijack(form));
    } else {
      throw new InvalidRequest("nothing to attach: ask for stream=1, logs=1 or both");
    }
  }

  private void replay(Container container, Set<Stream> wanted, Hijack client) {
    var all =
        new LogRequest(
            false,
            wanted.contains(Stream.STDOUT),
            wanted.contains(Stream.STDERR),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty());
    if (!wanted.isEmpty()) {
      StreamForm form = StreamForm.of(container.spec().tty());
      engine
          .containers()
          .logs(container.id(), all, new LogSink(client::writeInTurn, form, false, false));
    }
  }

  /**
   * @param head takes the connection over when the container's streams are joined: a refusal can
   *     still be an answer
   */
  private void attachLive(
      Exchange exchange, Container container, DetachKeys keys, Supplier<Hijack> head)
      throws Exception {
    Query query = exchange.query();
    var spec = container.spec();
    var sink = new AttachSink(streams(query), StreamForm.of(spec.tty()));
    try (Attachment attachment = engine.containers().attach(container.id(), false, true, sink);
        var _ = early.add(container, attachment)) {
      exchange.onGone(attachment::close);
      Hijack client = head.get();
      sink.open(client);
      var input = new InputForwarding(client, attachment);
      if (!query.flag("stdin") || !spec.openStdin()) {
        client.input().skip(Long.MAX_VALUE);
      } else if (!spec.tty()) {
        input.forward(spec.stdinOnce());
      } else if (input.forwardTyped(keys)) {
        engine.containers().tellDetached(container.id());
      }
      client.awaitClosed();
    } finally {
      sink.drop();
    }
  }
}
