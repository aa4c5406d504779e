package io.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.testing.Command;
import io.fairlead.testing.Docker;
import io.fairlead.testing.TestEngine;
import io.fairlead.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/modes.md: its commands print what it says, and its figures are what is drawn of them. */
@Timeout(120)
class ModesPageTest {
  private static final Path PAGE = Path.of("docs/modes.md");
  private static final Path IMAGES = Path.of("docs/images/modes");
  private static final Pattern FIGURE =
      Pattern.compile("<!-- figure: (\\w+) -->\n```sh\n(.*?)```\n", Pattern.DOTALL);

  /** What is another each time: names of host ends, and ids. */
  private static final Pattern RANDOM = Pattern.compile("(?<=vethfl|sandbox )[0-9a-f]+");

  private static final Pattern ANSWER =
      Pattern.compile("^\\$ (.*)\n((?:(?!\\$ |```).*\n)*)", Pattern.MULTILINE);

  /** Paths of sandboxes, ids, MACs, namespaces' numbers and links' indexes. */
  private static final Pattern UNKNOWN =
      Pattern.compile("/\\S*/sandbox/\\w+|[0-9a-f]{8,}|(\\w\\w:){5}\\w\\w|\\[\\d+]|@if\\d+");

  private static List<MatchResult> examples() throws IOException {
    return FIGURE.matcher(Files.readString(PAGE)).results().toList();
  }

  static Stream<String> figures() throws IOException {
    return examples().stream().map(example -> example.group(1));
  }

  @Tag("client")
  @ParameterizedTest
  @MethodSource("figures")
  void theFigureIsWhatIsDrawnOfItsCommands(String name, @TempDir Path folder) throws IOException {
    String commands =
        examples().stream()
            .filter(example -> example.group(1).equals(name))
            .map(example -> example.group(2))
            .findFirst()
            .orElseThrow();
    Path drawn = folder.resolve("drawn.svg");
    try (var outside = TestHost.create("outside");
        var host = hostOfThePage(outside);
        var engine = TestEngine.open(host);
        var docker = Docker.of(engine)) {
      docker.shell("set -e\n" + commands).succeeded();
      var line =
          new ArrayList<>(
              List.of("-H", "unix://" + docker.socket(), "map", "--format=svg", "-o" + drawn));
      line.addAll(docker.output("ps", "--format", "{{.Names}}").lines().toList());
      assertThat(Main.execute(line)).isZero();
      answersAreAsShown(name, docker);
    }

    assertThat(alike(drawn))
        .as("draw it anew with script/figures " + name)
        .isEqualTo(alike(IMAGES.resolve(name + ".svg")));
  }

  /** A chapter's commands behind a dollar sign, one after the other, print what stands below. */
  private static void answersAreAsShown(String figure, Docker docker) throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("<!-- figure: " + figure);
    int end = page.indexOf("<!-- figure: ", begin + 1);
    String chapter = page.substring(begin, end < 0 ? page.length() : end);
    List<MatchResult> answers = ANSWER.matcher(chapter).results().toList();
    assertThat(answers).isNotEmpty();
    for (MatchResult answer : answers) {
      Command ran = docker.shell(answer.group(1).replace("./fairlead", "fairlead"));
      assertThat(known(ran.stdout() + ran.stderr()))
          .as(answer.group(1))
          .containsAll(known(answer.group(2)));
    }
  }

  /** Lines without what is another each time. */
  private static List<String> known(String lines) {
    return lines
        .lines()
        .map(line -> UNKNOWN.matcher(line.stripTrailing()).replaceAll("?"))
        .toList();
  }

  /** As script/figures makes it. */
  private static TestHost hostOfThePage(TestHost outside) {
    TestHost host = TestHost.create("host");
    outside.link(host, "198.51.100.1/24", "198.51.100.10/24");
    host.exec("ip", "link", "set", "to-outside", "down");
    host.exec("ip", "link", "set", "to-outside", "name", "eth0");
    host.exec("ip", "link", "set", "eth0", "up");
    host.route("default", "198.51.100.1");
    return host;
  }

  private static String alike(Path svg) throws IOException {
    return RANDOM.matcher(Files.readString(svg)).replaceAll("?");
  }

  @Test
  void eachFigureIsShownAndThereIsNoOther() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(figures())
        .isNotEmpty()
        .allMatch(name -> page.contains("(images/modes/" + name + ".svg)"));
    try (var files = Files.list(IMAGES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(figures().map(name -> name + ".svg").toList());
    }
  }
}
