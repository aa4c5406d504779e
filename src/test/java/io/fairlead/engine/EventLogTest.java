package io.fairlead.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.Unavailable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLogTest {
  private final EventLog log = new EventLog();

  private void tell(int number) {
    log.tell(Event.Type.CONTAINER, "a" + number, "id", Map.of());
  }

  private EventListener listen(Optional<Instant> since, Optional<Instant> until) {
    return log.listen(since, until, _ -> true, () -> {});
  }

  /** What there is until the log is closed. */
  private List<String> heard(EventListener listener) throws InterruptedException {
    var actions = new ArrayList<String>();
    for (var event = listener.next(); event.isPresent(); event = listener.next()) {
      actions.add(event.get().action());
    }
    return actions;
  }

  @Test
  void whoAsksForNoTimeHearsWhatComes() throws Exception {
    tell(1);
    try (var listener = listen(Optional.empty(), Optional.empty())) {
      tell(2);
      log.close();
      assertThat(heard(listener)).containsExactly("a2");
    }
  }

  @Test
  void theLatestEventsAreKept() throws Exception {
    for (int i = 0; i < EventLog.KEPT + 10; i++) {
      tell(i);
    }
    log.close();
    try (var listener = listen(Optional.of(Instant.EPOCH), Optional.empty())) {
      assertThat(heard(listener)).hasSize(EventLog.KEPT).startsWith("a10").endsWith("a265");
    }
  }

  @Test
  void boundsAreOfTheKeptEventsOwnTimesAndIncludeThem() throws Exception {
    for (int i = 0; i < 5; i++) {
      tell(i);
    }
    Instant second;
    Instant fourth;
    try (var all = listen(Optional.of(Instant.EPOCH), Optional.empty())) {
      all.next();
      second = all.next().orElseThrow().at();
      all.next();
      fourth = all.next().orElseThrow().at();
    }
    try (var some = listen(Optional.of(second), Optional.of(fourth))) {
      assertThat(heard(some)).containsExactly("a1", "a2", "a3");
    }
  }

  @Test
  void eachEventIsLaterThanTheOneBefore() throws Exception {
    for (int i = 0; i < 200; i++) {
      tell(i);
    }
    log.close();
    var times = new ArrayList<Instant>();
    try (var all = listen(Optional.of(Instant.EPOCH), Optional.empty())) {
      for (var event = all.next(); event.isPresent(); event = all.next()) {
        times.add(event.get().at());
      }
    }
    assertThat(times).hasSize(200).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void listeningEndsWhenTheTimeIsUp() throws Exception {
    try (var listener = listen(Optional.empty(), Optional.of(Instant.now().plusMillis(50)))) {
      assertThat(listener.next()).isEmpty();
    }
  }

  @Test
  void noneIsMissedAndNoneTwiceBetweenKeptAndComing() throws Exception {
    var teller =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 200; i++) {
                tell(i);
              }
            });
    var heard = new ArrayList<String>();
    try (var listener = listen(Optional.of(Instant.EPOCH), Optional.empty())) {
      while (heard.size() < 200) {
        heard.add(listener.next().orElseThrow().action());
      }
    }
    teller.join();
    assertThat(heard).doesNotHaveDuplicates().startsWith("a0").endsWith("a199");
  }

  @Test
  void oneWhoIsTooFarBehindIsCutOffAndTheOthersAreNot() throws Exception {
    var cutOff = new AtomicInteger();
    try (var slow =
            log.listen(Optional.empty(), Optional.empty(), _ -> true, cutOff::incrementAndGet);
        var picky =
            log.listen(
                Optional.empty(),
                Optional.empty(),
                event -> event.action().equals("a5000"),
                cutOff::incrementAndGet)) {
      for (int i = 0; i <= EventListener.MAX_BEHIND + 1000; i++) {
        tell(i);
      }
      assertThat(cutOff).hasValue(1);
      assertThatThrownBy(slow::next).isInstanceOf(Unavailable.class).hasMessageContaining("behind");
      assertThat(picky.next()).map(Event::action).contains("a5000");
    }
  }
}
