package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablesTest {
  private static final Json CONTAINERS =
      Json.parse(
          """
          [{"Id":"0123456789abcdef0123","Names":["/web"],"Image":"fairlead/hello","Command":"/bin/busybox httpd -f",
            "Created":1000,"State":"running","Status":"Up 2 minutes",
            "Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
                     {"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
                     {"PrivatePort":90,"Type":"udp"}]},
           {"Id":"ab","Names":["/x"],"Image":"y","Command":"z","Created":1000,"Status":"Created","Ports":[]}]""");

  @Test
  void containersAreShownAsDockerShowsThem() {
    assertThat(PsCommand.table(CONTAINERS.items(), 1180, false).text())
        .isEqualTo(
            """
            CONTAINER ID   IMAGE            COMMAND                  CREATED         STATUS         PORTS                                             NAMES
            0123456789ab   fairlead/hello   "/bin/busybox httpd …"   3 minutes ago   Up 2 minutes   90/udp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp   web
            ab             y                "z"                      3 minutes ago   Created                                                          x
            """);
  }

  @Test
  void jsonHasOneObjectALineWithWhatTheTableLeavesOut() {
    List<String> lines = PsCommand.table(CONTAINERS.items(), 1180, true).json().lines().toList();

    assertThat(lines).hasSize(2);
    Json first = Json.parse(lines.getFirst());
    assertThat(first.at("ID").text()).isEqualTo("0123456789abcdef0123");
    assertThat(first.at("Command").text()).isEqualTo("\"/bin/busybox httpd -f\"");
    assertThat(first.at("State").text()).isEqualTo("running");
  }

  @Test
  void anImageHasALineForEachOfItsNames() {
    Json images =
        Json.parse(
            """
            [{"Id":"sha256:0123456789abcdef","RepoTags":["host:5000/a/b:1","c:latest"],"Created":0,"Size":1234567},
             {"Id":"sha256:fedcba9876543210","RepoTags":[],"Created":0,"Size":0}]""");

    assertThat(ImagesCommand.table(images.items(), 0, false).text())
        .isEqualTo(
            """
            REPOSITORY      TAG      IMAGE ID       CREATED   SIZE
            host:5000/a/b   1        0123456789ab   N/A       1.23MB
            c               latest   0123456789ab   N/A       1.23MB
            <none>          <none>   fedcba987654   N/A       0B
            """);
  }

  @Test
  void neighbouringPortsAreDrawnTogether() {
    Json ports =
        Json.parse(
            """
            [{"IP":"0.0.0.0","PrivatePort":8001,"PublicPort":8001,"Type":"tcp"},
             {"IP":"0.0.0.0","PrivatePort":8000,"PublicPort":8000,"Type":"tcp"},
             {"IP":"0.0.0.0","PrivatePort":8002,"PublicPort":9000,"Type":"tcp"},
             {"PrivatePort":1,"Type":"tcp"},{"PrivatePort":2,"Type":"tcp"}]""");

    assertThat(PortWords.list(ports))
        .isEqualTo("1-2/tcp, 0.0.0.0:8000-8001->8000-8001/tcp, 0.0.0.0:9000->8002/tcp");
  }

  @Test
  void aPersonIsToldWhereAPortIsReached() {
    Json ports =
        Json.parse(
            """
            {"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],
             "53/udp":[{"HostIp":"127.0.0.1","HostPort":"5353"}],
             "443/tcp":[{"HostIp":"fd00::1","HostPort":"8443"}],"90/tcp":null}""");

    assertThat(PortWords.reachable(ports))
        .containsExactly(
            "80/tcp is reachable at http://localhost:8080",
            "53/udp is reachable at 127.0.0.1:5353",
            "443/tcp is reachable at https://[fd00::1]:8443");
  }

  @ParameterizedTest
  @CsvSource({
    "0, Less than a second",
    "1, 1 second",
    "59, 59 seconds",
    "60, About a minute",
    "3599, 59 minutes",
    "3600, About an hour",
    "7200, 2 hours",
    "172800, 2 days",
    "1209600, 2 weeks",
    "5184000, 2 months",
    "63072000, 2 years"
  })
  void agesAreInDockersWords(long seconds, String words) {
    assertThat(Words.duration(Duration.ofSeconds(seconds))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "999, 999B",
    "1000, 1kB",
    "1500, 1.5kB",
    "123456789, 123MB",
    "8250000000, 8.25GB"
  })
  void sizesHaveThreeDigits(long bytes, String words) {
    assertThat(Words.size(bytes)).isEqualTo(words);
  }

  @Test
  void timesOfLogsMayBeGivenInThreeWays() {
    Instant now = Instant.ofEpochSecond(10_000);

    assertThat(LogsCommand.seconds("1234.5", now)).isEqualTo("1234.5");
    assertThat(LogsCommand.seconds("1h10m", now)).isEqualTo("5800.000000000");
    assertThat(LogsCommand.seconds("1970-01-01T00:00:01.5Z", now)).isEqualTo("1.500000000");
    assertThatThrownBy(() -> LogsCommand.seconds("yesterday", now))
        .hasMessageStartingWith("'yesterday' is no time");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "crun: executable file `x` not found in $PATH: No such file or directory | 127",
        "exec: \"x\": executable file not found in $PATH | 127",
        "open executable: Permission denied | 126",
        "port 80/tcp is held by nginx | 125"
      })
  void theExitCodeFollowsTheRuntimesWords(String message, int code) {
    assertThat(RunCommand.exitCodeOf(message)).isEqualTo(code);
  }

  @Test
  void jsonIsReadAndWrittenBack() {
    String text = "{\"a\":[1,2.5,true,null,\"q\\\"\\n\\u0001\"],\"b\":{}}";

    assertThat(Json.line(Json.parse(text))).isEqualTo(text);
    assertThat(Json.pretty(Json.parse("{\"a\":[1,{\"b\":2}],\"c\":[]}")))
        .isEqualTo(
            """
            {
                "a": [
                    1,
                    {
                        "b": 2
                    }
                ],
                "c": []
            }""");
  }
}
