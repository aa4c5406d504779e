package io.fairlead.api;

import io.fairlead.InvalidRequest;
import io.fairlead.engine.Container;
import io.fairlead.engine.Containers.WaitCondition;
import io.fairlead.engine.Engine;
import io.fairlead.runtime.Attachment;
import io.fairlead.runtime.ExitStatus;
import io.fairlead.runtime.LogRequest;
import io.fairlead.runtime.OutputSink.Stream;
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

  ContainerStreams(Engine engine) {
    this.engine = engine;
  }

  private record WaitAnswer(int statusCode, @Nullable WaitError error) {}

  private record WaitError(String message) {}

  /**
   * {@code POST /containers/{id}/wait}. The head is sent at once: {@code docker run} waits for it
   * before it starts the container.
   */
  void await(Exchange exchange) throws Exception {
    String text = exchange.query().text("condition").orElse("not-running");
    WaitCondition condition =
        exchange.version().isAtLeast(30) ? condition(text) : WaitCondition.NOT_RUNNING;
    CompletableFuture<ExitStatus> exit =
        engine.containers().await(exchange.parameter("id"), condition);
    exchange.onGone(() -> exit.cancel(false));
    try (ResponseStream answer = exchange.stream(200, "application/json")) {
      WaitAnswer status = answer(exit);
      if (!exit.isCancelled()) {
        answer.json(status);
      }
    }
  }

  private static WaitAnswer answer(CompletableFuture<ExitStatus> exit) {
    return exit.handle(
            (status, failure) ->
                failure == null
                    ? new WaitAnswer(status.code(), null)
                    : new WaitAnswer(-1, new WaitError(Failures.message(failure).message())))
        .join();
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
  void logs(Exchange exchange) {
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
    try (ResponseStream answer = exchange.stream(200, form.type(exchange.version()))) {
      engine
          .containers()
          .logs(
              container.id(),
              request,
              new LogSink(
                  answer::write,
                  form,
                  answer::close,
                  query.flag("timestamps"),
                  query.flag("details")));
    }
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
    String type = StreamForm.of(container.spec().tty()).type(exchange.version());
    if (query.flag("logs")) {
      Hijack client = exchange.hijack(type);
      replay(container, streams(query), client);
      if (query.flag("stream")) {
        attachLive(exchange, container, keys, () -> client);
      } else {
        client.close();
        client.awaitClosed();
      }
    } else if (query.flag("stream")) {
      attachLive(exchange, container, keys, () -> exchange.hijack(type));
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
          .logs(
              container.id(), all, new LogSink(client::writeInTurn, form, () -> {}, false, false));
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
    try (Attachment attachment = engine.containers().attach(container.id(), false, true, sink)) {
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
