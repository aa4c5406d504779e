package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the network modes rule out, by the real docker command; nothing is changed by it. */
@Tag("client")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModeRefusalsTest {
  private TestHost host;
  private TestEngine engine;
  private Docker docker;
  private String before = "";

  @BeforeAll
  void open() {
    host = TestHost.create("docker");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("sleep", "1000").name("web").start();
    engine.wanted("sleep", "1000").name("onhost").network("host").start();
    engine.wanted("true").name("resting").create();
    engine.wanted("true").name("alone").network("none").create();
    engine.wanted("true").name("member").network("container:web").create();
    engine.markBaseline();
  }

  @BeforeEach
  void remember() {
    before = state();
  }

  @AfterEach
  void nothingIsChanged() {
    assertThat(state()).isEqualTo(before);
    engine.assertNothingLeft();
  }

  private String state() {
    return docker.output("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.Networks}}")
        + host.exec("ip", "-o", "link").stdout();
  }

  @AfterAll
  void close() {
    docker.close();
    engine.close();
    host.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --network container:nobody                            | No such container: nobody
          --network container:resting                           | cannot join network namespace of a non running container: container resting is created
          --network container:me --name me                      | cannot join own network namespace
          --network container:                                  | invalid container format container:<name|id>
          --network container:web -p 80:80                      | conflicting options: port publishing and the container type network mode
          --network container:web -P                            | conflicting options: port publishing and the container type network mode
          --network container:web --expose 80                   | conflicting options: port exposing and the container type network mode
          --network container:web --hostname h                  | conflicting options: hostname and the network mode
          --network container:web --dns 1.1.1.1                 | conflicting options: dns and the network mode
          --network container:web --add-host a:1.1.1.1          | conflicting options: custom host-to-IP mapping and the network mode
          --network container:web --mac-address 02:00:00:00:00:01 | conflicting options: mac-address and the network mode
          --network container:web --ip 172.17.0.77              | user specified IP address is supported on user defined networks only
          --network container:web --link web                    | links
          --network container:web --network-alias a             | network-scoped alias
          --network container:onhost -p 80:80                   | conflicting options: port publishing and the container type network mode
          --network host --mac-address 02:00:00:00:00:01        | conflicting options: mac-address and the network mode
          --network host --ip 172.17.0.77                       | user specified IP address is supported on user defined networks only
          --network host --link web                             | links
          --network host --network-alias a                      | network-scoped alias
          --network none --ip 172.17.0.77                       | user specified IP address is supported on user defined networks only
          --network bridge --ip 172.17.0.77                     | user specified IP address is supported on user defined networks only
          --network bridge --ip nosuch                          | user specified IP address is supported on user defined networks only
          --network bridge --network-alias a                    | network-scoped alias
          --network bridge --network host                       | cannot be connected to network endpoints
          --network none --network bridge                       | cannot be connected to network endpoints
          """)
  void aRunIsRefused(String flags, String words) {
    Command refused = docker.shell("docker run --rm %s busybox true".formatted(flags));

    // Some of them the docker command says itself.
    assertThat(refused.stderr()).containsIgnoringCase(words);
    assertThat(refused.exitCode()).isEqualTo(125);
  }

  /** A control: what may be asked for in these modes. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --network host --hostname h      | h
          --network none --hostname h      | h
          --network bridge --hostname h    | h
          --network host -p 80:80          | WARNING: Published ports are discarded when using host network mode
          --network none -p 80:80          | WARNING: Published ports are discarded when using none network mode
          """)
  void aRunIsNot(String flags, String words) {
    Command ran = docker.shell("docker run --rm %s busybox hostname".formatted(flags));

    assertThat(ran.stdout() + ran.stderr()).contains(words);
    assertThat(ran.exitCode()).isZero();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          connect    | host   | web    | 400 | container cannot be disconnected from host network or connected to host network
          connect    | none   | web    | 400 | container cannot be connected to multiple networks with one of the networks in private (none) mode
          connect    | bridge | alone  | 400 | container cannot be connected to multiple networks with one of the networks in private (none) mode
          connect    | bridge | onhost | 400 | container sharing network namespace with another container or host cannot be connected to any other network
          connect    | bridge | member | 400 | container sharing network namespace with another container or host cannot be connected to any other network
          connect    | bridge | web    | 403 | endpoint with name web already exists in network bridge
          connect    | bridge | nobody | 404 | No such container: nobody
          connect    | nosuch | web    | 404 | network nosuch not found
          disconnect | host   | onhost | 400 | container cannot be disconnected from host network or connected to host network
          disconnect | none   | web    | 400 | is not connected to the network none
          disconnect | bridge | web    | 501 | not built in this version: disconnecting a container
          disconnect | bridge | nobody | 404 | No such container: nobody
          disconnect | nosuch | web    | 404 | network nosuch not found
          """)
  void aContainerIsNotMoved(String deed, String network, String container, int status, String words)
      throws Exception {
    String body = "{\"Container\":\"%s\"}".formatted(container);
    String answer =
        RawClient.ask(
            docker.socket(),
            "POST /networks/%s/%s HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(network, deed, body.getBytes(StandardCharsets.UTF_8).length, body));

    assertThat(answer).startsWith("HTTP/1.1 %d ".formatted(status)).contains(words);
  }
}
