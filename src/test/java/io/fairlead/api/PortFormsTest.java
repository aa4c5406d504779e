package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every form of {@code -p} and {@code -P}, and every wrong one, by the real docker command. */
@Tag("client")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class PortFormsTest {
  /** The kernel chooses from these two: the others of its range are reserved. */
  private static final Pattern EPHEMERAL = Pattern.compile(":4000[89]\\b");

  private TestHost host;
  private TestEngine engine;
  private Docker docker;

  @BeforeAll
  void open() {
    host = TestHost.create("docker");
    host.exec("ip", "addr", "add", "198.51.100.1/32", "dev", "lo");
    host.exec("ip", "addr", "add", "2001:db8::1/128", "dev", "lo", "nodad");
    host.exec("busybox", "sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40009");
    host.exec("busybox", "sysctl", "-w", "net.ipv4.ip_local_reserved_ports=40000-40007");
    engine = TestEngine.open(host);
    docker = Docker.of(engine);
    engine.wanted("true");
    docker.shell(
        "docker create --name plain busybox && docker export plain"
            + " | docker import --change 'EXPOSE 80 53/udp' - exposing && docker rm plain");
  }

  @AfterEach
  void removeContainers() {
    docker.shell("docker ps -aq | xargs -r docker rm -f").succeeded();
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
      textBlock =
          """
          -p 8080:80                        | 80/tcp 0.0.0.0:8080 [::]:8080
          -p 8080:80/tcp                    | 80/tcp 0.0.0.0:8080 [::]:8080
          -p 8080:80/udp                    | 80/udp 0.0.0.0:8080 [::]:8080
          -p 8080:80/UDP                    | 80/udp 0.0.0.0:8080 [::]:8080
          -p 80                             | 80/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL
          -p 0:80                           | 80/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL
          -p 80-81                          | 80/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL, 81/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL
          -p 0.0.0.0:8080:80                | 80/tcp 0.0.0.0:8080
          -p [::]:8080:80                   | 80/tcp [::]:8080
          -p 127.0.0.1:8080:80              | 80/tcp 127.0.0.1:8080
          -p 127.0.0.1::80                  | 80/tcp 127.0.0.1:EPHEMERAL
          -p 198.51.100.1:8080:80           | 80/tcp 198.51.100.1:8080
          -p [::1]:8080:80                  | 80/tcp [::1]:8080
          -p [::1]::80/udp                  | 80/udp [::1]:EPHEMERAL
          -p [2001:db8::1]:8080:80          | 80/tcp [2001:db8::1]:8080
          -p 9000-9001:9000-9001            | 9000/tcp 0.0.0.0:9000 [::]:9000, 9001/tcp 0.0.0.0:9001 [::]:9001
          -p 9000-9001:80-81                | 80/tcp 0.0.0.0:9000 [::]:9000, 81/tcp 0.0.0.0:9001 [::]:9001
          -p 127.0.0.1:9000-9001:80-81/udp  | 80/udp 127.0.0.1:9000, 81/udp 127.0.0.1:9001
          -p 9000-9001:80                   | 80/tcp 0.0.0.0:9000 [::]:9000
          -p 8080:80 -p 8080:80/udp         | 80/tcp 0.0.0.0:8080 [::]:8080, 80/udp 0.0.0.0:8080 [::]:8080
          -p 8080:80 -p 8081:80             | 80/tcp 0.0.0.0:8080 0.0.0.0:8081 [::]:8080 [::]:8081
          -p 127.0.0.1:80:80 -p [::1]:80:80 | 80/tcp 127.0.0.1:80 [::1]:80
          -P --expose 90                    | 90/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL
          -P --expose 90-91/udp             | 90/udp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL, 91/udp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL
          -P --expose 90 -p 8080:90         | 90/tcp 0.0.0.0:8080 [::]:8080
          --expose 90                       | ''
          """)
  void isPublished(String flags, String expected) {
    docker.shell("docker run -d --name it %s busybox sleep 1000".formatted(flags)).succeeded();

    assertThat(ports("it")).isEqualTo(expected);
  }

  @Test
  void whatAnImageExposesIsPublishedByP() {
    docker.output("run", "-d", "--name", "it", "-P", "exposing", "sleep", "1000");

    assertThat(ports("it"))
        .isEqualTo(
            "53/udp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL, 80/tcp 0.0.0.0:EPHEMERAL [::]:EPHEMERAL");
  }

  @Test
  void anEphemeralPortIsTheSameForBothFamiliesAndNeverAReservedOne() {
    for (String name : new String[] {"one", "two"}) {
      docker.output("run", "-d", "--name", name, "-p", "80", "busybox", "sleep", "1000");
      String[] lines = docker.output("port", name, "80").split("\n", -1);
      assertThat(lines[1]).isEqualTo(lines[0].replace("0.0.0.0", "[::]"));
    }
    assertThat(docker.output("port", "one")).isNotEqualTo(docker.output("port", "two"));
    assertThat(docker.run("run", "-d", "-p", "80", "busybox", "sleep", "1000").stderr())
        .contains("all ports are allocated", "net.ipv4.ip_local_port_range");
  }

  @Test
  void onePortOfARangeIsTheNextFreeOneAndTheThirdOfTwoIsRefused() {
    String line = "docker run -d --name %s -p 9000-9001:80 busybox sleep 1000";
    docker.shell(line.formatted("one")).succeeded();
    docker.shell(line.formatted("two")).succeeded();
    assertThat(ports("one") + "; " + ports("two"))
        .isEqualTo("80/tcp 0.0.0.0:9000 [::]:9000; 80/tcp 0.0.0.0:9001 [::]:9001");
    assertThat(docker.shell(line.formatted("three")).stderr())
        .contains("Bind for 0.0.0.0:9000-9001 failed: all ports are allocated");
  }

  @Test
  void twoContainersHaveOnePortOnDifferentAddresses() {
    String line = "docker run -d --name %s -p %s:8080:80 busybox sleep 1000";
    docker.shell(line.formatted("one", "127.0.0.1")).succeeded();
    docker.shell(line.formatted("two", "198.51.100.1")).succeeded();
    docker.shell(line.formatted("three", "[::1]")).succeeded();
    assertThat(ports("one")).isEqualTo("80/tcp 127.0.0.1:8080");
    assertThat(ports("two")).isEqualTo("80/tcp 198.51.100.1:8080");
    Command fourth = docker.shell("docker run --rm -p 8080:80 busybox true");
    assertThat(fourth.stderr()).contains("Bind for 0.0.0.0:8080 failed: port is already allocated");
    assertThat(fourth.exitCode()).isEqualTo(125);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p 192.0.2.9:8080:80         | cannot assign requested address: no interface of this host has it
          -p [2001:db8::9]:8080:80     | cannot assign requested address: no interface of this host has it
          -p 70000:80                  | invalid hostPort: 70000
          -p 80:70000                  | invalid containerPort: 70000
          -p x:80                      | invalid hostPort: x
          -p 80:x                      | invalid containerPort: x
          -p 9001-9000:80              | invalid hostPort: 9001-9000
          -p 9000-9002:80-81           | invalid ranges specified for container and host Ports
          -p 1.2.3:80:80               | invalid IP address: 1.2.3
          -p localhost:80:80           | invalid IP address: localhost
          -p 80:80/icmp                | invalid proto: icmp
          -p 80:80/sctp                | publishing sctp ports is not built yet
          -p 80:                       | no port specified
          -p 8080:80 -p 8080:81        | port 8080/tcp on 0.0.0.0 is asked for twice
          """)
  void isRefused(String flags, String words) {
    Command refused = docker.shell("docker run --name it %s busybox sleep 1000".formatted(flags));

    // Many of them the docker command says itself, each version with its own capitals.
    assertThat(refused.stderr()).containsIgnoringCase(words);
    assertThat(refused.exitCode()).isEqualTo(125);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'x/tcp':[{'HostPort':'80'}]               | 400 | invalid port specification: "x/tcp"
          '0/tcp':[{'HostPort':'80'}]               | 400 | invalid port specification: "0/tcp"
          '65536/tcp':[{'HostPort':'80'}]           | 400 | invalid port specification: "65536/tcp"
          '80/icmp':[{'HostPort':'80'}]             | 400 | invalid port specification: "80/icmp": invalid proto: icmp
          '80/tcp':[{'HostPort':'x'}]               | 400 | invalid port specification: "x"
          '80/tcp':[{'HostPort':'65536'}]           | 400 | invalid port specification: "65536"
          '80/tcp':[{'HostPort':'-1'}]              | 400 | invalid port specification: "-1"
          '80/tcp':[{'HostPort':'9-8'}]             | 400 | invalid port specification: "9-8"
          '80-81/tcp':[{'HostPort':'90-92'}]        | 400 | invalid ranges specified for container and host Ports
          '80/tcp':[{'HostIp':'x','HostPort':'80'}] | 400 | invalid IP address: x
          '80/sctp':[{'HostPort':'80'}]             | 501 | publishing sctp ports is not built yet
          '80/tcp':[]                               | 201 | "Id"
          """)
  void isAnsweredByTheApi(String bindings, int status, String words) throws Exception {
    String body =
        "{\"Image\":\"busybox\",\"HostConfig\":{\"PortBindings\":{%s}}}"
            .formatted(bindings.replace('\'', '"'));
    String answer =
        RawClient.ask(
            docker.socket(),
            "POST /containers/create HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.getBytes(StandardCharsets.UTF_8).length, body));

    assertThat(answer).startsWith("HTTP/1.1 %d ".formatted(status));
    assertThat(answer.replace("\\\"", "\"")).contains(words);
  }

  /** {@code 80/tcp 0.0.0.0:8080 [::]:8080, ...}, with a word for ephemeral ports. */
  private String ports(String container) {
    Map<String, String> places = new TreeMap<>();
    for (String line : docker.output("port", container).lines().toList()) {
      Matcher matcher = Pattern.compile("(\\S+) -> (\\S+)").matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      places.merge(matcher.group(1), matcher.group(2), (one, other) -> one + " " + other);
    }
    String all =
        String.join(
            ", ", places.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    return EPHEMERAL.matcher(all).replaceAll(":EPHEMERAL");
  }
}
