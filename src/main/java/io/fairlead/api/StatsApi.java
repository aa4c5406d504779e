package io.fairlead.api;

import io.fairlead.NotFound;
import io.fairlead.engine.Engine;
import io.fairlead.engine.Statistics;
import io.fairlead.engine.Statistics.Sample;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Statistics of containers: one sample a second. */
final class StatsApi {
  private final Statistics statistics;

  StatsApi(Engine engine) {
    this.statistics = engine.statistics();
  }

  /**
   * {@code GET /containers/{id}/stats}. A stream ends with the container. What is not streamed
   * comes a second after it was asked for, with the sample of then as the one before; with {@code
   * one-shot}, or of one that does not run, it comes at once and alone.
   */
  void stats(Exchange exchange) throws IOException, InterruptedException {
    Query query = exchange.query();
    boolean isStream = query.text("stream").isEmpty() || query.flag("stream");
    String id = exchange.parameter("id");
    Sample first = statistics.of(id);
    if (isStream) {
      stream(exchange, first);
    } else if (query.flag("one-shot") || first.usage().isEmpty()) {
      exchange.respond(200, StatsJson.of(first, Optional.empty()));
    } else {
      var _ = isGoneAfterASecond(exchange);
      exchange.respond(200, StatsJson.of(statistics.of(first.id()), Optional.of(first)));
    }
  }

  private void stream(Exchange exchange, Sample first) throws IOException, InterruptedException {
    ResponseStream answer = exchange.stream(200, "application/json");
    answer.json(StatsJson.of(first, Optional.empty()));
    Sample before = first;
    while (!isGoneAfterASecond(exchange)) {
      Optional<Sample> sample = next(first.id());
      if (sample.isEmpty()) {
        break;
      }
      answer.json(StatsJson.of(sample.get(), Optional.of(before)));
      before = sample.get();
    }
    answer.close();
  }

  /** Empty if it was removed. */
  private Optional<Sample> next(String id) {
    try {
      return Optional.of(statistics.of(id));
    } catch (NotFound e) {
      return Optional.empty();
    }
  }

  private static boolean isGoneAfterASecond(Exchange exchange) throws InterruptedException {
    try {
      exchange.gone().get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
