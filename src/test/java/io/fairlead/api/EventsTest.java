package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.CollectingSink;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code docker events} tells, and in which order. */
@Tag("client")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class EventsTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("events");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
  }

  @AfterEach
  void removeContainers() {
    docker.shell("docker ps -aq | xargs -r docker rm -f");
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  private static String now() {
    Instant now = Instant.now();
    return "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
  }

  private List<String> told(String since, String format, String... filters) {
    var line = new ArrayList<>(List.of("events", "--since", since, "--until", now()));
    line.addAll(List.of("--format", format));
    for (String filter : filters) {
      line.addAll(List.of("--filter", filter));
    }
    return docker.output(line.toArray(String[]::new)).lines().toList();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run --rm busybox true | container create, container attach, network connect, container start, container die, network disconnect, container destroy
          run --rm --network host busybox true | container create, container attach, network connect, container start, container die, network disconnect, container destroy
          run --rm --network none busybox true | container create, container attach, network connect, container start, container die, network disconnect, container destroy
          create busybox true | container create
          run --rm busybox nosuch | container create, container attach, network connect, network disconnect, container destroy
          """)
  void aCommandTellsItsEventsInDockersOrder(String command, String events) {
    String since = now();
    docker.run(command.split(" ", -1));
    assertThat(told(since, "{{.Type}} {{.Action}}")).containsExactly(events.split(", ", -1));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          docker stop -t 5 web | kill signal=15, die exitCode=143, disconnect, stop
          docker kill web      | kill signal=9, die exitCode=137, disconnect
          docker rm -f web     | kill signal=9, die exitCode=137, disconnect, destroy
          docker kill -s HUP web && docker wait web | kill signal=1, die exitCode=129, disconnect
          docker restart -t 5 web | kill signal=15, die exitCode=143, disconnect, stop, connect, start, restart
          docker pause web && docker unpause web | pause, unpause
          docker rename web web2 && docker rename web2 web | rename, rename
          docker update --memory 100m --memory-swap 200m web | update
          docker top web | top
          docker exec web true | exec_create: true, exec_start: true, exec_die exitCode=0
          docker stop -t 0 web && docker start web | kill signal=15, kill signal=9, die exitCode=137, disconnect, stop, connect, start
          """)
  void theEndOfALifeIsTold(String line, String events) {
    // The first process of a container has no default action for a signal.
    String traps = line.contains("-t 0") ? "" : "trap 'exit 143' TERM; trap 'exit 129' HUP; ";
    String command = traps + "echo ready; while true; do sleep 0.05; done";
    docker.output("run", "-d", "--name", "web", "busybox", "sh", "-c", command);
    docker.shell("until docker logs web | grep -q ready; do :; done");
    String since = now();
    docker.shell(line).succeeded();
    String format =
        "{{.Action}}{{with .Actor.Attributes.signal}} signal={{.}}{{end}}"
            + "{{with .Actor.Attributes.exitCode}} exitCode={{.}}{{end}}";
    // A wait is over once the end is recorded, and what follows from it is told a little later.
    Awaitility.await()
        .untilAsserted(
            () -> assertThat(told(since, format)).containsExactly(events.split(", ", -1)));
  }

  @Test
  void anEventCarriesNameImageAndLabels() {
    String since = now();
    String id = docker.output("create", "--name", "named", "-l", "a=b", "busybox");
    assertThat(told(since, "{{json .}}").getFirst())
        .matches(
            ("\\{\"status\":\"create\",\"id\":\"<id>\",\"from\":\"busybox\",\"Type\":\"container\","
                    + "\"Action\":\"create\",\"Actor\":\\{\"ID\":\"<id>\",\"Attributes\":\\{\"a\":\"b\","
                    + "\"image\":\"busybox\",\"name\":\"named\"\\}\\},\"scope\":\"local\","
                    + "\"time\":\\d{10},\"timeNano\":\\d{19}\\}")
                .replace("<id>", id));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type=network                | connect, disconnect
          type=container,event=die    | die
          event=start,event=die       | start, die
          container=one               | create, attach, start, die, destroy
          container=two               |
          image=busybox,event=create  | create
          image=busybox:latest        |
          label=a=b,event=create      | create
          label=a=c                   |
          network=bridge              | connect, disconnect
          scope=swarm                 |
          daemon=x                    |
          service=x                   |
          """)
  void filtersNarrow(String filters, String actions) {
    String since = now();
    docker.output("run", "--rm", "--name", "one", "-l", "a=b", "busybox", "true");
    var expected = actions == null ? List.<String>of() : List.of(actions.split(", ", -1));
    assertThat(told(since, "{{.Action}}", filters.split(",", -1))).isEqualTo(expected);
  }

  @Test
  void imagesTellWhatHappensToThem() {
    String since = now();
    docker.shell("cd / && tar -c etc/hostname | docker import - mine:1").succeeded();
    docker.output("rmi", "mine:1");
    assertThat(told(since, "{{.Action}} {{.Actor.Attributes.name}}", "type=image"))
        .satisfiesExactly(
            each -> assertThat(each).isEqualTo("tag mine:1"),
            each -> assertThat(each).startsWith("import sha256:"),
            each -> assertThat(each).startsWith("untag sha256:"),
            each -> assertThat(each).startsWith("delete sha256:"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          since=200&until=100                       | 400 | cannot be after
          since=yesterday                           | 400 | invalid since=yesterday
          filters=%7B%22color%22:%5B%22red%22%5D%7D | 400 | invalid filter 'color'
          filters=%5B%5D                            | 400 | invalid filter
          until=1                                   | 200 |
          """)
  void badQueriesAreRefused(String query, int status, String words) throws IOException {
    String answer =
        RawClient.ask(
            docker.socket(), "GET /events?%s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(query));
    assertThat(answer).startsWith("HTTP/1.1 " + status).contains(words == null ? "" : words);
  }

  @Test
  void aLiveListenerHearsAtOnceAndItsHeadIsThereBefore() throws IOException {
    try (var client = new RawClient(docker.socket())) {
      client.send("GET /v1.41/events HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).contains("200 OK", "application/json");
      docker.output("run", "--rm", "busybox", "true");
      assertThat(client.readUntil("\"Action\":\"destroy\"")).contains("\"Action\":\"create\"");
    }
  }

  @Test
  void aListenerThatDoesNotReadIsCutOffAndNobodyWaitsForIt() throws IOException {
    String id = docker.output("create", "-l", "long=" + "x".repeat(4000), "busybox");
    try (var slow = new RawClient(docker.socket())) {
      slow.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
      slow.readUntil("\r\n\r\n");
      for (int i = 0; i < 6000; i++) {
        engine.containers().attach(id, false, false, new CollectingSink());
      }
      // The end of the body is missing: the client knows that this is not all.
      assertThat(slow.readAll()).doesNotEndWith("0\r\n\r\n");
    }
  }
}
