package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random, mutated and truncated requests to every route of a real engine: none is a fault of ours,
 * none hangs, and afterwards the daemon is as before.
 */
@Tag("acceptance")
class ApiFuzzTest {
  private static final int REQUESTS = 100_000;
  private static final int CLIENTS = 4;
  private static final int HANG_SECONDS = 60;
  private static final long SEED = 20_261_124;
  private static final long MORE_HEAP_BYTES = 32 << 20;
  private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.[01] (\\d{3}) ");

  /** Faults that are real: Docker answers 500 for these too. */
  private static final Pattern REAL_FAULT =
      Pattern.compile("port is already allocated|failed to create task|OCI runtime|is not running");

  private final TestHost host = TestHost.create("host");
  private final TestEngine engine = TestEngine.open(host);
  private final Docker docker = Docker.of(engine);
  private final List<Route> routes = Routes.of(engine.engine()).table();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final List<String> wrong = new CopyOnWriteArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final ScheduledExecutorService watch =
      Executors.newScheduledThreadPool(
          1, Thread.ofPlatform().name("fuzz-watch").daemon().factory());

  @Test
  void nothingBreaksTheApi() throws Exception {
    var rock =
        engine.wanted("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done").name("rock");
    rock.start();
    ask(REQUESTS / 5);
    tidy();
    Footprint before = Footprint.now();
    ask(REQUESTS);
    tidy();
    Footprint after = Footprint.now();
    System.out.printf(
        "seed %d, %d requests: %s%n%s, then %s%n",
        SEED, sent.get(), new TreeMap<>(answers), before, after);
    assertThat(wrong).isEmpty();
    assertThat(answers).containsKeys("200", "400", "404");
    assertThat(after.heapBytes()).isLessThan(before.heapBytes() + MORE_HEAP_BYTES);
    assertThat(after.threads()).isLessThan(before.threads() + 10);
    assertThat(after.descriptors()).isLessThan(before.descriptors() + 10);
    assertThat(RawClient.ask(docker.socket(), "GET /_ping HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK");
    docker.close();
    engine.close();
    host.close();
  }

  private void ask(int count) throws Exception {
    var clients = new ArrayList<Thread>();
    for (int client = 0; client < CLIENTS; client++) {
      var random = new Random(SEED + sent.get() + client);
      clients.add(
          Thread.ofPlatform()
              .name("fuzz-" + client)
              .start(
                  () -> {
                    for (int i = 0; i < count / CLIENTS; i++) {
                      one(new RequestMaker(routes, random).next(), random);
                    }
                  }));
    }
    for (Thread client : clients) {
      client.join();
    }
  }

  private void one(byte[] request, Random random) {
    sent.incrementAndGet();
    try (var client = new RawClient(docker.socket())) {
      var hung = watch.schedule(() -> hang(client, request), HANG_SECONDS, TimeUnit.SECONDS);
      String head = "";
      try {
        int cut = random.nextInt(request.length + 1);
        client.send(Arrays.copyOfRange(request, 0, cut));
        client.send(Arrays.copyOfRange(request, cut, request.length));
        client.endOutput();
        head = client.readUntil("\r\n\r\n");
        judge(head, request, client);
      } catch (IOException e) {
        head = "closed";
      } finally {
        hung.cancel(false);
      }
      Matcher status = STATUS.matcher(head);
      answers.merge(status.find() ? status.group(1) : "closed", 1, Integer::sum);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void judge(String head, byte[] request, RawClient client) throws IOException {
    Matcher status = STATUS.matcher(head);
    if (status.find() && status.group(1).equals("500")) {
      String body = client.readAll();
      if (!REAL_FAULT.matcher(body).find()) {
        wrong.add(body + " for " + printable(request));
      }
    }
  }

  private void hang(RawClient client, byte[] request) {
    wrong.add("no answer in %d s to %s".formatted(HANG_SECONDS, printable(request)));
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what the requests made, but the one container that they are about. */
  private void tidy() {
    docker.run("unpause", "rock");
    docker.run("rename", "rock", "rock");
    for (var container : engine.containers().list()) {
      if (!container.name().equals("rock")) {
        engine.containers().remove(container.id(), true);
      }
    }
  }

  private static String printable(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.substring(0, Math.min(2000, text.length())).replaceAll("[^\\x20-\\x7e]", "?");
  }

  /** What this process holds, after what nobody holds any more has been collected. */
  private record Footprint(long heapBytes, int threads, int descriptors) {
    static Footprint now() throws IOException {
      System.gc();
      try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return new Footprint(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            (int) descriptors.count());
      }
    }
  }
}
