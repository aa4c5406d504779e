package io.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.Dockerd;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same commands with two docker commands (Debian's 20.10 and the machine's) against our engine
 * and against Debian's dockerd, answer by answer. Where they differ, {@code
 * docs/docker-differences.md} must say so, and why; nothing else may differ, and what is said there
 * must still be so.
 */
@Tag("acceptance")
class PeerTourTest {
  private static final Path DIFFERENCES = Path.of("docs/docker-differences.md");
  private static final Path REPORT = Path.of("target/tour.md");

  /** A line of {@code tour.txt}: {@code name | shape | command}. */
  private record Row(String name, Answer.Shape shape, String command) {
    static Row parse(String line) {
      String[] parts = line.split("\\|", 3);
      return new Row(
          parts[0].strip(),
          switch (parts[1].strip()) {
            case "text" -> Answer.Shape.TEXT;
            case "json" -> Answer.Shape.JSON_PATHS;
            case "code" -> Answer.Shape.CODE;
            default -> throw new IllegalArgumentException(line);
          },
          parts[2].strip());
    }
  }

  @TempDir private Path folder;

  @Test
  void bothAnswerAlikeButWhereTheListSaysOtherwise() throws IOException {
    List<Row> rows = rows();
    var differing = new TreeSet<String>();
    var report = new ArrayList<String>();
    try (var peer = Dockerd.open();
        var host = TestHost.create("ours");
        var engine = TestEngine.open(host);
        var docker = Docker.of(engine)) {
      for (Map.Entry<String, Path> client : clients(peer).entrySet()) {
        Map<String, Answer> theirs = tour(rows, host, client, peer.socket());
        Map<String, Answer> ours = tour(rows, host, client, docker.socket());
        for (Row row : rows) {
          Answer their = Objects.requireNonNull(theirs.get(row.name()));
          Answer our = Objects.requireNonNull(ours.get(row.name()));
          if (!their.equals(our)) {
            differing.add(row.name());
            report.add(
                "### %s, client %s%n`%s`%n%nDocker:%n```%n%s%n```%nFairlead:%n```%n%s%n```%n"
                    .formatted(
                        row.name(), client.getKey(), row.command(), their.text(), our.text()));
          }
        }
      }
    }
    Files.writeString(REPORT, String.join("\n", report));
    System.out.printf(
        "%d commands with 2 clients: %d differ; see %s%n", rows.size(), differing.size(), REPORT);
    assertThat(differing)
        .as("rows that differ, against those of %s; both answers: %s", DIFFERENCES, REPORT)
        .isEqualTo(reviewed());
  }

  private static Map<String, Path> clients(Dockerd peer) {
    var clients = new LinkedHashMap<String, Path>();
    clients.put("20.10", peer.client());
    clients.put("of this machine", Path.of(dockerOnPath()));
    return clients;
  }

  private static String dockerOnPath() {
    return Command.run(List.of("sh", "-c", "dirname $(command -v docker)"))
        .succeeded()
        .stdout()
        .strip();
  }

  /** Runs all commands in order against one daemon; what they leave is removed at the end. */
  private Map<String, Answer> tour(
      List<Row> rows, TestHost host, Map.Entry<String, Path> client, Path socket) {
    var answers = new LinkedHashMap<String, Answer>();
    String environment =
        "export DOCKER_HOST=unix://%s DOCKER_CONFIG=%s PATH=%s:$PATH; cd %s; "
            .formatted(socket, folder.resolve("config"), client.getValue(), folder);
    host.tryExec("bash", "-c", environment + preparation());
    for (Row row : rows) {
      answers.put(
          row.name(),
          Answer.of(host.tryExec("bash", "-c", environment + row.command()), row.shape()));
    }
    host.tryExec(
        "bash",
        "-c",
        environment
            + "docker ps -aq | xargs -r docker rm -f; docker images -q | sort -u | xargs -r docker rmi -f; rm -rf ./*");
    return answers;
  }

  /** A folder with a root of busybox; the tour's first rows import it. */
  private static String preparation() {
    return """
        mkdir -p root/bin root/etc root/tmp root/proc root/sys root/dev
        cp $(command -v busybox) root/bin/busybox
        for name in $(busybox --list); do [ $name = busybox ] || ln -s busybox root/bin/$name; done
        echo root:x:0:0:root:/root:/bin/sh > root/etc/passwd
        echo root:x:0: > root/etc/group
        tar -C root -c . > root.tar; head -c 1000 root.tar > half.tar
        """;
  }

  private static List<Row> rows() {
    try (var in = PeerTourTest.class.getResourceAsStream("tour.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Row::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first column of the list's table. */
  private static Set<String> reviewed() throws IOException {
    return Files.readAllLines(DIFFERENCES).stream()
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(3, line.indexOf('`', 3)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
